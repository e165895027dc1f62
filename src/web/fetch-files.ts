import { Channel, workerPort } from '../channel/index.ts'
import { type ErrorDetails, HubError, yujuErrorOf } from '../errors/index.ts'
import type { FetchListeners } from './fetch-model.ts'
import type { FilesMethods, FilesNotice, FilesRequest } from './file-messages.ts'

export interface FilesListeners extends FetchListeners {
  readonly signal: AbortSignal | undefined
}

/**
 * Has a thread of its own fetch and check the files of a model.
 * @returns by path
 * @throws HubError when a file does not come, or not whole; the signal's reason.
 */
export async function fetchFiles(
  request: FilesRequest,
  { onDownload, onWarning, signal }: FilesListeners,
): Promise<ReadonlyMap<string, Blob>> {
  signal?.throwIfAborted()
  const worker = new Worker(new URL('./files-worker.js', import.meta.url), {
    type: 'module',
    name: 'yuju-files',
  })
  const thread = new Channel<FilesMethods>(
    workerPort(worker, () => worker.terminate()),
    {
      died: threadFailed,
      onNotice(notice: FilesNotice) {
        if ('warning' in notice) onWarning(notice.warning)
        else onDownload(notice.progress)
      },
    },
  )
  try {
    return await thread.ask('fetch', request, signal)
  } catch (error) {
    if (signal?.aborted) throw error
    throw yujuErrorOf(error, (message, details) => threadFailed(`failed: ${message}`, details))
  } finally {
    await thread.close()
  }
}

function threadFailed(how: string, details?: ErrorDetails): HubError {
  const message = `the thread that fetches models ${how}; reload the page`
  return new HubError('hub-thread', message, details)
}
