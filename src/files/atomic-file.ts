import { type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { InputError, OutputError } from '../errors/index.ts'

/**
 * A file that appears whole or not at all: it is written under a temporary name in the same folder
 * and renamed at the end. Every error removes what was written so far.
 */
export class AtomicFile {
  readonly #path: string
  readonly #temporary: string
  readonly #handle: FileHandle

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.#path = path
    this.#temporary = temporary
    this.#handle = handle
  }

  /** @throws OutputError when the folder is missing or cannot be written. */
  static async create(path: string): Promise<AtomicFile> {
    await requireReplaceable(path)
    const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`)
    try {
      return new AtomicFile(path, temporary, await open(temporary, 'wx'))
    } catch (cause) {
      throw outputError(path, cause)
    }
  }

  /** Adds bytes, or a string as UTF-8, at the end. */
  async write(content: Uint8Array | string): Promise<void> {
    await this.#guard(() => this.#handle.appendFile(content))
  }

  /** Replaces the first bytes. */
  async overwriteStart(bytes: Uint8Array): Promise<void> {
    await this.#guard(() => this.#handle.write(bytes, 0, bytes.byteLength, 0))
  }

  /** Gives the file its name, once the disk has all of it. */
  async commit(): Promise<void> {
    await this.#guard(async () => {
      await this.#handle.sync()
      await this.#handle.close()
      await rename(this.#temporary, this.#path)
    })
  }

  /** Removes what was written; after `commit`, does nothing. */
  async abort(): Promise<void> {
    await this.#handle.close().catch(() => {})
    await rm(this.#temporary, { force: true })
  }

  async #guard(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (cause) {
      await this.abort()
      throw outputError(this.#path, cause)
    }
  }
}

/**
 * Writes a file that appears whole or not at all.
 * @throws OutputError when it cannot be written.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const file = await AtomicFile.create(path)
  await file.write(content)
  await file.commit()
}

/** What file systems without hard links say. */
const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EMLINK',
])

/**
 * Gives a whole file its name, on the same disk, unless a file has that name already: of several who
 * try at once one succeeds (where the disk knows no hard links, the last one).
 * @returns whether it got the name; where not, it is removed
 * @throws OutputError when the folder cannot be written.
 */
export async function publishFile(whole: string, path: string): Promise<boolean> {
  try {
    await link(whole, path)
  } catch (cause) {
    if (await stat(path).catch(() => undefined)) return false
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (!NO_LINKS.has(code)) throw outputError(path, cause)
    await rename(whole, path).catch((reason: unknown) => {
      throw outputError(path, reason)
    })
  } finally {
    await rm(whole, { force: true })
  }
  return true
}

/** Renaming over a device would replace it. */
async function requireReplaceable(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (!found || found.isFile()) return
  const what = found.isDirectory() ? 'a folder' : 'no regular file'
  throw new OutputError('output-not-a-file', `${path} is ${what}; name a file to be written`, {
    facts: { path },
  })
}

const REASONS: Readonly<Record<string, readonly [code: string, advice: string]>> = {
  ENOENT: ['output-folder-missing', 'its folder does not exist; make it first'],
  ENOTDIR: ['output-folder-missing', 'what should be its folder is a file; name another'],
  EACCES: ['output-folder-unwritable', 'its folder may not be written; choose another'],
  EPERM: ['output-folder-unwritable', 'its folder may not be written; choose another'],
  EROFS: ['output-folder-unwritable', 'its disk is read-only; choose another'],
  ENOSPC: ['output-disk-full', 'the disk is full; make room or choose another'],
  EDQUOT: ['output-disk-full', 'the disk quota is used up; make room or choose another'],
  EFBIG: ['output-disk-full', 'it grew beyond the largest file allowed; see ulimit -f'],
}

/** Why a file could not be written, in words. */
export function outputError(path: string, cause: unknown): OutputError {
  const systemCode = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  const [code, advice] = REASONS[systemCode] ?? ['output-failed', systemCode]
  return new OutputError(code, `${path} could not be written: ${advice}`, {
    facts: { path },
    cause,
  })
}

/**
 * The format a file's extension says.
 * @param what is written, for the error
 * @throws InputError for another extension.
 */
export function outputFormatOf<Format extends string>(
  path: string,
  formats: readonly Format[],
  what: string,
): Format {
  const extension = extname(path).slice(1).toLowerCase()
  const format = formats.find((candidate) => candidate === extension)
  if (format) return format
  const known = formats.map((name) => `.${name}`)
  throw new InputError(
    'output-format-unknown',
    `${what} are written to ${known.slice(0, -1).join(', ')} or ${known.at(-1)}, but the file is ` +
      `called ${path}`,
    { facts: { path, formats } },
  )
}
