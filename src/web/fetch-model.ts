import type { ManifestFile } from '../checkpoint/portable.ts'
import { HubError } from '../errors/index.ts'
import { download } from './download.ts'
import type { FetchListeners, FilesRequest } from './fetch-files.ts'
import { ModelCache } from './model-cache.ts'

/**
 * The newest manifest of a model; where the server cannot be reached, the one kept with its files.
 * @throws HubError when there is none.
 */
export async function fetchManifest(
  address: string,
  onWarning: (message: string) => void,
): Promise<Blob> {
  try {
    return await download(address, { cache: 'no-cache' })
  } catch (error) {
    const isUnreachable = (error as HubError).code === 'hub-unreachable'
    const kept = isUnreachable && (await (await ModelCache.open())?.read(address))
    if (!kept) throw error
    onWarning(`${address} cannot be reached; the model is the one kept from an earlier visit`)
    return kept
  }
}

/**
 * The files of a model, by path: from the browser's cache, or else from the server; none of them is
 * given whose size and hash are not those of the manifest.
 * @throws HubError when a file does not come, or not whole.
 */
export async function fetchModel(
  { address, files, manifestAddress, manifest }: FilesRequest,
  listeners: FetchListeners,
): Promise<ReadonlyMap<string, Blob>> {
  const cache = await ModelCache.open()
  if (!cache) listeners.onWarning('this browser keeps no files for this page: each visit downloads')
  // Without room for it, a later visit needs the network.
  await cache?.write(manifestAddress, manifest).catch(() => {})
  const blobs = new Map<string, Blob>()
  const arrived = progressOf(files, listeners)
  for (const file of files) {
    const source = { address, cache, ...listeners, onBytes: arrived(file) }
    // Another tab may be downloading the same file: then its copy is waited for.
    blobs.set(file.path, await alone(address + file.path, () => obtain(file, source)))
  }
  await cache?.keepOnly(address, files)
  return blobs
}

/** No screen shows more than so many milliseconds apart. */
const REPORT_MILLISECONDS = 50

function progressOf(files: readonly ManifestFile[], { onDownload }: FetchListeners) {
  const total = files.reduce((sum, { size }) => sum + size, 0)
  const byFile = new Map<string, number>()
  let last = 0
  return ({ path, size }: ManifestFile) =>
    (bytes: number): void => {
      byFile.set(path, bytes)
      if (bytes < size && performance.now() - last < REPORT_MILLISECONDS) return
      last = performance.now()
      const sum = [...byFile.values()].reduce((all, part) => all + part, 0)
      onDownload({ file: path, bytes: sum, total })
    }
}

function alone<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const { locks } = globalThis.navigator
  // Pages without HTTPS have no locks.
  return locks ? locks.request(`yuju ${name}`, work) : work()
}

interface FileSource {
  /** Of the folder, with a slash at its end. */
  readonly address: string
  readonly cache: ModelCache | undefined
  readonly onBytes: (bytes: number) => void
  readonly onWarning: (message: string) => void
}

async function obtain(file: ManifestFile, source: FileSource): Promise<Blob> {
  const address = source.address + file.path
  const kept = await source.cache?.read(address, file.sha256)
  if (kept && (await problemOf(kept, file)) === undefined) {
    source.onBytes(file.size)
    return kept
  }
  if (kept) {
    source.onWarning(`${address} was kept damaged by the browser; it is downloaded again`)
    await source.cache?.remove(address, file.sha256)
  }
  const blob = await downloadWhole(file, source)
  source.onBytes(file.size)
  try {
    await source.cache?.write(address, blob, file.sha256)
  } catch {
    source.onWarning(`the browser has no room to keep ${address}: each visit downloads it`)
    return blob
  }
  // What is kept lies on the disk; what was downloaded would stay in memory.
  return (await source.cache?.read(address, file.sha256)) ?? blob
}

/** A broken copy may lie in a cache on the way: the second try passes such caches by. */
async function downloadWhole(
  file: ManifestFile,
  { address: folder, onBytes }: FileSource,
): Promise<Blob> {
  const address = folder + file.path
  const first = await download(address, { onBytes })
  if ((await problemOf(first, file)) === undefined) return first
  const second = await download(address, { onBytes, cache: 'reload' })
  const problem = await problemOf(second, file)
  if (problem === undefined) return second
  throw new HubError(
    'hub-checksum',
    `${address} arrived with ${problem}; it was dropped. Was the model changed without writing its ` +
      'yuju-web.json again?',
    { facts: { address, expected: file.sha256 } },
  )
}

async function problemOf(blob: Blob, { size, sha256 }: ManifestFile): Promise<string | undefined> {
  if (blob.size !== size) return `${blob.size} bytes instead of ${size}`
  // Without HTTPS browsers compute no hashes, and the size has to do.
  if (!globalThis.crypto.subtle) return undefined
  const hash = await globalThis.crypto.subtle.digest('SHA-256', await blob.arrayBuffer())
  const found = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0'))
  return found.join('') === sha256 ? undefined : `the hash ${found.join('')} instead of ${sha256}`
}
