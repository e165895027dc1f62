import { Channel, workerPort } from '../channel/index.ts'
import { parseWebManifest, WEB_MANIFEST_FILE, type WebManifest } from '../checkpoint/portable.ts'
import { type ErrorDetails, HubError } from '../errors/index.ts'
import type { FetchListeners } from './fetch-model.ts'
import type { FilesMethods, FilesNotice } from './file-messages.ts'

export interface FilesListeners extends FetchListeners {
  readonly signal: AbortSignal | undefined
}

export interface FetchedFiles {
  readonly check: WebManifest['check']
  /** By path below the address. */
  readonly blobs: ReadonlyMap<string, Blob>
}

/**
 * Has a thread of its own fetch and check the files of a model.
 * @param address of the folder, with a slash at its end
 * @throws HubError when a file does not come, or not whole; CheckpointError for a manifest that is
 *   none; the signal's reason.
 */
export async function fetchFiles(
  address: string,
  { onDownload, onWarning, signal }: FilesListeners,
): Promise<FetchedFiles> {
  const worker = new Worker(new URL('./files-worker.js', import.meta.url), {
    type: 'module',
    name: 'yuju-files',
  })
  const onNotice = (notice: FilesNotice) => {
    if (typeof notice === 'string') onWarning(notice)
    else onDownload(notice)
  }
  const thread = new Channel<FilesMethods>(workerPort(worker), { died, onNotice })
  try {
    const place = address + WEB_MANIFEST_FILE
    const manifest = await thread.ask('manifest', place, signal)
    const { files, check } = parseWebManifest(await manifest.text(), place)
    const request = { address, files, place, manifest }
    return { check, blobs: await thread.ask('files', request, signal) }
  } finally {
    await thread.close()
  }
}

function died(how: string, details?: ErrorDetails): HubError {
  const message = `the thread that fetches models ${how}; reload the page`
  return new HubError('hub-thread', message, details)
}
