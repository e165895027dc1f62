import { HubError } from '../errors/index.ts'
import type { FetchListeners } from './fetch-model.ts'
import type { FilesReply, FilesRequest } from './file-messages.ts'

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
  listeners: FilesListeners,
): Promise<ReadonlyMap<string, Blob>> {
  listeners.signal?.throwIfAborted()
  const worker = new Worker(new URL('./files-worker.js', import.meta.url), {
    type: 'module',
    name: 'yuju-files',
  })
  try {
    return await answerOf(worker, request, listeners)
  } finally {
    worker.terminate()
  }
}

function answerOf(
  worker: Worker,
  request: FilesRequest,
  { onDownload, onWarning, signal }: FilesListeners,
): Promise<ReadonlyMap<string, Blob>> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    worker.onerror = ({ message }) => reject(threadFailed(message))
    worker.onmessage = ({ data }: { readonly data: FilesReply }) => {
      switch (data.kind) {
        case 'progress':
          return onDownload(data.progress)
        case 'warning':
          return onWarning(data.message)
        case 'done':
          return resolve(data.blobs)
        case 'failed':
          return reject(
            data.code ? new HubError(data.code, data.message) : threadFailed(data.message),
          )
        default:
          return data satisfies never
      }
    }
    worker.postMessage(request)
  })
}

function threadFailed(message: string | undefined): HubError {
  return new HubError(
    'hub-thread',
    `the thread that fetches models failed: ${message || 'it could not be loaded'}`,
  )
}
