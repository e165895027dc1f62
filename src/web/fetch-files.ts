import { Channel, workerPort } from '../channel/index.ts'
import {
  type DownloadProgress,
  type ManifestFile,
  parseWebManifest,
  WEB_MANIFEST_FILE,
  type WebManifest,
} from '../checkpoint/portable.ts'
import { type ErrorDetails, HubError } from '../errors/index.ts'

/** The files of a model that are requested. */
export interface FilesRequest {
  /** The folder's address, with a slash at its end. */
  readonly address: string
  readonly files: readonly ManifestFile[]
  readonly manifestAddress: string
  /** The manifest itself, to be kept with them. */
  readonly manifest: Blob
}

/** The requests to the files' thread. */
export interface FilesMethods {
  /** Gives the manifest that lies at an address. */
  manifest(address: string): Blob
  /** Gives the files by path. */
  files(request: FilesRequest): ReadonlyMap<string, Blob>
}

/** What it reports meanwhile: how far it is, or a warning. */
export type FilesNotice = DownloadProgress | string

export interface FetchListeners {
  readonly onDownload: (progress: DownloadProgress) => void
  readonly onWarning: (message: string) => void
}

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
    const manifestAddress = address + WEB_MANIFEST_FILE
    const manifest = await thread.ask('manifest', manifestAddress, signal)
    const { files, check } = parseWebManifest(await manifest.text(), manifestAddress)
    const request = { address, files, manifestAddress, manifest }
    return { check, blobs: await thread.ask('files', request, signal) }
  } finally {
    await thread.close()
  }
}

function died(how: string, details?: ErrorDetails): HubError {
  const message = `the thread that fetches models ${how}; reload the page`
  return new HubError('hub-thread', message, details)
}
