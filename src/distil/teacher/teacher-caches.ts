import { join } from 'node:path'
import { VectorCache } from '../../evaluate/index.ts'

/** Teachers' vectors on disk as float16: a folder for each teacher, prompt included, by its id. */
export class TeacherCaches {
  readonly #folder: string
  readonly #open = new Map<string, Promise<VectorCache>>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @throws OutputError when the folder cannot be made. */
  open(id: string): Promise<VectorCache> {
    const cache =
      this.#open.get(id) ?? VectorCache.open(join(this.#folder, id), { type: 'float16' })
    this.#open.set(id, cache)
    return cache
  }
}
