import { readdir, stat } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { inputError } from '../../files/index.ts'
import { inputPattern } from './input-pattern.ts'
import type { FoundShard, LocalFile, Source } from './source.ts'

/** Shards in a folder, or those that match a pattern, or one file. Workers read them in place. */
export class FolderSource implements Source {
  readonly #input: string

  constructor(input: string) {
    this.#input = input
  }

  /** @throws InputError when the folder cannot be read. */
  async list(): Promise<FoundShard[]> {
    const { base, matches } = inputPattern(this.#input)
    const root = resolve(base)
    if ((await fileSize(root)) !== undefined) return [await found(root, basename(root))]
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((cause) => {
      throw inputError(root, cause)
    })
    const paths = entries
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .filter(matches)
      .sort()
    return Promise.all(paths.map((path) => found(join(root, path), path)))
  }

  async localCopy(location: string): Promise<LocalFile> {
    return { path: location, [Symbol.asyncDispose]: async () => {} }
  }
}

async function found(location: string, path: string): Promise<FoundShard> {
  return { path, location, bytes: (await fileSize(location)) ?? 0 }
}

/** undefined for what is no file. */
async function fileSize(path: string): Promise<number | undefined> {
  const status = await stat(path).catch(() => undefined)
  return status?.isFile() ? status.size : undefined
}
