import { type FileHandle, open, realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { CheckpointError } from '../errors/index.ts'
import type { RangeReader } from './finite-weights.ts'
import { endsEarly, type ModelFolder, type StoredFile, unreadable } from './model-folder.ts'

/**
 * A model folder on the disk.
 * @throws CheckpointError when there is no such folder.
 */
export async function openFolder(path: string): Promise<ModelFolder> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return diskFolder(path)
  throw new CheckpointError(
    'checkpoint-folder-missing',
    found
      ? `${path} is a file; expected a model folder`
      : `there is no model folder ${path}; check the path, or pass owner/name for the hub`,
    { facts: { folder: path } },
  )
}

/** A folder that may be missing: then it has no files. Links in it must not lead out of it. */
export function diskFolder(path: string): ModelFolder {
  return folderBelow(path, path)
}

/** @param root the model's own folder */
function folderBelow(path: string, root: string): ModelFolder {
  return {
    path,
    folder: (name) => folderBelow(join(path, name), root),
    file: (name) => findFile(join(path, name), root),
  }
}

async function findFile(path: string, root: string): Promise<StoredFile | undefined> {
  const real = await ifThere(path, realpath(path))
  if (real === undefined) return undefined
  await requireInside(real, { path, root })
  const found = await ifThere(path, stat(real))
  if (found?.isFile()) return diskFile(real, found.size)
  throw unreadable(path, 'is no file')
}

async function ifThere<Found>(path: string, found: Promise<Found>): Promise<Found | undefined> {
  try {
    return await found
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw unreadable(path, 'could not be read', cause)
  }
}

/**
 * A model may be anybody's, and any file of this machine would be read through a link. The hub's cache
 * has links of its own, from `snapshots/COMMIT` to `blobs`.
 */
async function requireInside(
  real: string,
  { path, root }: { readonly path: string; readonly root: string },
): Promise<void> {
  const realRoot = await realpath(root)
  if (isBelow(real, realRoot)) return
  const isSnapshot = basename(dirname(realRoot)) === 'snapshots'
  if (isSnapshot && dirname(real) === join(realRoot, '../../blobs')) return
  throw new CheckpointError(
    'checkpoint-link-outside',
    `${path} is a link that leads out of the model folder, to ${real}; if it belongs to the model, ` +
      'put the file itself there',
    { facts: { path, target: real } },
  )
}

function isBelow(path: string, folder: string): boolean {
  const steps = relative(folder, path)
  return steps.split(sep)[0] !== '..' && !isAbsolute(steps)
}

/** A file that is known to be there, with its size. */
export function diskFile(path: string, size: number): StoredFile {
  return { path, size, read: (offset, length) => readRange(path, offset, length) }
}

/** The most bytes the system is asked for at once; Node takes less than 2^31. */
const LARGEST_READ = 1 << 30

/**
 * Bytes `offset` to `offset + length` of a file.
 * @throws CheckpointError when the file ends before, or cannot be read.
 */
export async function readRange(
  path: string,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  await using files = new OpenFiles()
  return await files.read(path, offset, length)
}

/** Files that stay open between reads, for many small ones; to be disposed of. */
export class OpenFiles implements AsyncDisposable {
  readonly #handles = new Map<string, Promise<FileHandle>>()

  /** As `readRange`. */
  readonly read: RangeReader = async (path, offset, length, into) => {
    try {
      const handle = this.#handles.get(path) ?? open(path)
      this.#handles.set(path, handle)
      const bytes = into?.subarray(0, length) ?? new Uint8Array(length)
      if (await fill(bytes, await handle, offset)) return bytes
    } catch (cause) {
      throw unreadable(path, 'could not be read', cause)
    }
    throw endsEarly(path, offset + length)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await Promise.allSettled(this.#handles.values())
    for (const file of opened) if (file.status === 'fulfilled') await file.value.close()
  }
}

/** False when the file ends before the bytes are full. */
async function fill(bytes: Uint8Array, file: FileHandle, offset: number): Promise<boolean> {
  for (let done = 0; done < bytes.length; ) {
    const wanted = Math.min(bytes.length - done, LARGEST_READ)
    const { bytesRead } = await file.read(bytes, done, wanted, offset + done)
    if (bytesRead === 0) return false
    done += bytesRead
  }
  return true
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'ENOTDIR'
}
