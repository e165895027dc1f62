import { CheckpointError } from '../errors/index.ts'
import { parseJson } from '../schema/index.ts'

/** One file of a model, wherever it lies. */
export interface StoredFile {
  /** What weights and errors call it: a path without links, or an address. */
  readonly path: string
  /** Bytes. */
  readonly size: number
  /**
   * Bytes `offset` to `offset + length`.
   * @throws CheckpointError when the file ends before, or cannot be read.
   */
  readonly read: (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>
}

/** How much of a model is here: downloaded from the hub, or fetched by a browser. */
export interface DownloadProgress {
  /** The file this call is about. */
  readonly file: string
  /** Bytes of all files of the model that are here so far. */
  readonly bytes: number
  /** Bytes of all its files together. */
  readonly total: number
}

/** The folder of a model, wherever it lies: on a disk, or fetched into a browser. */
export interface ModelFolder {
  /** What errors call it. */
  readonly path: string
  /** The folder `name` in it; '' is the folder itself. */
  folder(name: string): ModelFolder
  /** The file `name` (with slashes, where it lies deeper), or undefined where there is none. */
  file(name: string): Promise<StoredFile | undefined>
}

/** Files that are read whole. Those of a model's settings have some kilobytes. */
const LARGEST_SETTINGS = 4 << 20
/** The largest of encoders, Gemma 3's, has 33 MB. */
export const LARGEST_VOCABULARY = 40 << 20

/**
 * The text of a file, or undefined where there is none.
 * @param largest bytes a file may have. Default: as many as settings need.
 */
export async function readText(
  folder: ModelFolder,
  name: string,
  largest: number = LARGEST_SETTINGS,
): Promise<string | undefined> {
  const file = await folder.file(name)
  if (!file) return undefined
  if (file.size > largest) throw tooLarge(`${folder.path}/${name}`, file.size, largest)
  const bytes = await file.read(0, file.size)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw unreadable(`${folder.path}/${name}`, 'is not valid UTF-8', cause)
  }
}

/** The content of a JSON file, or undefined where there is none; `largest` as for `readText`. */
export async function readJson(
  folder: ModelFolder,
  name: string,
  largest?: number,
): Promise<unknown> {
  const text = await readText(folder, name, largest)
  if (text === undefined) return undefined
  try {
    return parseJson(text)
  } catch (cause) {
    const path = `${folder.path}/${name}`
    throw new CheckpointError(
      'checkpoint-file-malformed',
      `${path} cannot be read as JSON: ${(cause as Error).message}`,
      { facts: { path }, cause },
    )
  }
}

export function missingFile({ path }: ModelFolder, names: readonly string[]): CheckpointError {
  return new CheckpointError(
    'checkpoint-file-missing',
    `${path} has no ${names.join(', and no ')}; is it a complete model folder?`,
    { facts: { folder: path, names } },
  )
}

export function unreadable(path: string, reason: string, cause?: unknown): CheckpointError {
  return new CheckpointError('checkpoint-file-unreadable', `${path} ${reason}`, {
    facts: { path },
    cause,
  })
}

/** A file that no model has need of, which would fill the memory. */
export function tooLarge(path: string, size: number, largest: number): CheckpointError {
  return new CheckpointError(
    'checkpoint-file-too-large',
    `${path} has ${size} bytes, but the largest file of its kind that is read has ${largest}; ` +
      'it is damaged, or no part of a model',
    { facts: { path, size, largest } },
  )
}

export function endsEarly(path: string, expected: number): CheckpointError {
  return new CheckpointError(
    'checkpoint-file-truncated',
    `${path} ends before byte ${expected}; it was probably not downloaded or copied whole`,
    { facts: { path, expected } },
  )
}
