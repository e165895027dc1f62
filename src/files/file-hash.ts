import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { inputError } from './input-bytes.ts'

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
