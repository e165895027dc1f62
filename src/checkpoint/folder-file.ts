import { type FileHandle, open, readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CheckpointError } from '../errors/index.ts'

/** Reading the small files of a model folder, with errors that name the file. */

/**
 * @throws CheckpointError when there is no such folder.
 */
export async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory()) return
  throw new CheckpointError(
    'checkpoint-folder-missing',
    found
      ? `${folder} is a file; expected a model folder`
      : `there is no model folder ${folder}; check the path, or pass owner/name for the hub`,
    { facts: { folder } },
  )
}

/** The text of a file, or undefined where there is none. */
export async function readText(folder: string, name: string): Promise<string | undefined> {
  const path = join(folder, name)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path))
  } catch (cause) {
    if (isMissing(cause)) return undefined
    const reason = cause instanceof TypeError ? 'is not valid UTF-8' : 'could not be read'
    throw unreadable(path, reason, cause)
  }
}

/** The content of a JSON file, or undefined where there is none. */
export async function readJson(folder: string, name: string): Promise<unknown> {
  const text = await readText(folder, name)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CheckpointError(
      'checkpoint-file-malformed',
      `${join(folder, name)} is not valid JSON: ${(cause as Error).message}`,
      { facts: { path: join(folder, name) }, cause },
    )
  }
}

/** The real path of a file (links followed) and its size, or undefined where there is none. */
export async function findFile(
  folder: string,
  name: string,
): Promise<{ readonly path: string; readonly size: number } | undefined> {
  try {
    const path = await realpath(join(folder, name))
    const found = await stat(path)
    if (found.isFile()) return { path, size: found.size }
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw unreadable(join(folder, name), 'could not be read', cause)
  }
  throw unreadable(join(folder, name), 'is no file')
}

export function missingFile(folder: string, names: readonly string[]): CheckpointError {
  return new CheckpointError(
    'checkpoint-file-missing',
    `${folder} has no ${names.join(', and no ')}; is it a complete model folder?`,
    { facts: { folder, names } },
  )
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
  try {
    const file = await open(path)
    try {
      const bytes = new Uint8Array(length)
      if (await fill(bytes, file, offset)) return bytes
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw unreadable(path, 'could not be read', cause)
  }
  throw endsEarly(path, offset + length)
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

function unreadable(path: string, reason: string, cause?: unknown): CheckpointError {
  return new CheckpointError('checkpoint-file-unreadable', `${path} ${reason}`, {
    facts: { path },
    cause,
  })
}

function endsEarly(path: string, expected: number): CheckpointError {
  return new CheckpointError(
    'checkpoint-file-truncated',
    `${path} ends before byte ${expected}; it was probably not downloaded or copied whole`,
    { facts: { path, expected } },
  )
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'ENOTDIR'
}
