import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { InputError } from '../errors/index.ts'

/**
 * The bytes of a file, in chunks; of a file called `.gz` what was compressed.
 * @throws InputError when the file is missing, a folder, not readable, or damaged gzip.
 */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* openStream(path)
  } catch (cause) {
    throw inputError(path, cause)
  }
}

function openStream(path: string): AsyncIterable<Uint8Array> {
  const file = createReadStream(path)
  // The pipeline hands errors of the file on to its end, where they are thrown to the reader.
  return /\.gz$/i.test(path) ? pipeline(file, createGunzip(), () => {}) : file
}

/** Why a file could not be read, in words. */
export function inputError(path: string, cause: unknown): InputError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const facts = { path }
  if (code === 'ENOENT') {
    return new InputError('input-missing', `there is no file ${path}`, { facts, cause })
  }
  if (code === 'EISDIR') {
    const message = `${path} is a folder; name a file in it`
    return new InputError('input-is-folder', message, { facts, cause })
  }
  if (code.startsWith('Z_')) {
    const message = `${path} is damaged: it is not whole gzip data; fetch or compress it again`
    return new InputError('input-damaged', message, { facts, cause })
  }
  const message = `${path} cannot be read (${code || cause})`
  return new InputError('input-unreadable', message, { facts, cause })
}

/**
 * SHA-256 of a file as it lies on the disk, in hexadecimal: compressed files are not opened.
 * @throws InputError when the file is missing or cannot be read.
 */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  } catch (cause) {
    throw inputError(path, cause)
  }
  return hash.digest('hex')
}
