import { CheckpointError } from '../errors/index.ts'

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

/** The folder of a model, wherever it lies: on a disk, or fetched into a browser. */
export interface ModelFolder {
  /** What errors call it. */
  readonly path: string
  /** The folder `name` in it; '' is the folder itself. */
  folder(name: string): ModelFolder
  /** The file `name` (with slashes, where it lies deeper), or undefined where there is none. */
  file(name: string): Promise<StoredFile | undefined>
}

/** The text of a file, or undefined where there is none. */
export async function readText(folder: ModelFolder, name: string): Promise<string | undefined> {
  const file = await folder.file(name)
  if (!file) return undefined
  const bytes = await file.read(0, file.size)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw unreadable(`${folder.path}/${name}`, 'is not valid UTF-8', cause)
  }
}

/** The content of a JSON file, or undefined where there is none. */
export async function readJson(folder: ModelFolder, name: string): Promise<unknown> {
  const text = await readText(folder, name)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    const path = `${folder.path}/${name}`
    throw new CheckpointError(
      'checkpoint-file-malformed',
      `${path} is not valid JSON: ${(cause as Error).message}`,
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

export function endsEarly(path: string, expected: number): CheckpointError {
  return new CheckpointError(
    'checkpoint-file-truncated',
    `${path} ends before byte ${expected}; it was probably not downloaded or copied whole`,
    { facts: { path, expected } },
  )
}
