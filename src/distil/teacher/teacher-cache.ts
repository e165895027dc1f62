import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { blocksOf, type Progress } from '../../encoder/index.ts'
import { InputError, TeacherError } from '../../errors/index.ts'
import { outputError } from '../../files/index.ts'
import type { Matrix } from '../../similarity/index.ts'
import type { Dataset } from '../../train/index.ts'
import { textsOf } from '../texts-of.ts'
import type { VectorSource } from './teacher.ts'
import { TextIndex } from './text-index.ts'
import { VectorFile } from './vector-file.ts'

export interface TeacherCacheOptions {
  readonly teacher: VectorSource
  /** Whose texts the teacher is asked for. */
  readonly datasets: readonly Dataset[]
  /** Only the texts of these columns. Default: of all. */
  readonly columns?: readonly number[]
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/** Texts the teacher is asked for at a time; what an interruption loses. */
const BLOCK = 1024

/**
 * A teacher's vectors of all texts of some data sets, on disk as float16: computed once, read by
 * rows, so that memory holds no vectors but those of a batch.
 */
export class TeacherCache {
  readonly #file: VectorFile
  readonly #index: TextIndex

  private constructor(file: VectorFile, index: TextIndex) {
    this.#file = file
    this.#index = index
  }

  /**
   * Opens the vectors where they are there already, goes on with them where computing them was
   * interrupted, or begins. The file's name is made of the teacher's id and of the texts.
   * @param folder where such files are kept; made where there is none
   * @throws TeacherError when the teacher fails; OutputError when the file cannot be written.
   */
  static async open(folder: string, options: TeacherCacheOptions): Promise<TeacherCache> {
    const { teacher, datasets, columns } = options
    const index = new TextIndex()
    for (const text of textsOf(datasets, columns)) index.add(text)
    await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
      throw outputError(folder, cause)
    })
    const name = createHash('sha256').update(`${teacher.id} ${index.hash}`).digest('hex')
    const file = await VectorFile.open(join(folder, `${name}.vectors`), index.size)
    try {
      if (!file.isWhole) await compute(file, index, options)
    } catch (error) {
      await file.close()
      throw error
    }
    return new TeacherCache(file, index)
  }

  /** D, the length of a vector. */
  get dimensions(): number {
    return this.#file.dimensions
  }

  /** How many different texts there are. */
  get size(): number {
    return this.#index.size
  }

  /**
   * The vectors [N,D] of texts of the data sets.
   * @throws InputError for a text that is in none of them.
   */
  async vectors(texts: readonly string[]): Promise<Matrix> {
    return this.#file.read(texts.map((text) => this.#rowOf(text)))
  }

  /** Closes the file; the vectors stay. */
  async close(): Promise<void> {
    await this.#file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #rowOf(text: string): number {
    const row = this.#index.find(text)
    if (row !== undefined) return row
    throw new InputError(
      'teacher-text-unknown',
      `there is no teacher's vector of ${JSON.stringify(text.slice(0, 40))}: it is in none of the ` +
        'data sets that the cache was opened with',
      { facts: { text } },
    )
  }
}

/** Asks the teacher for what is missing, a block at a time. */
async function compute(
  file: VectorFile,
  index: TextIndex,
  { teacher, signal, onProgress, ...texts }: TeacherCacheOptions,
): Promise<void> {
  for await (const block of blocksOf(missingTexts(texts, index, file.written), BLOCK)) {
    signal?.throwIfAborted()
    const vectors = await teacher.vectors(block, signal)
    requireWidth(file, vectors)
    await file.append(vectors)
    onProgress?.({ done: file.written, total: index.size })
  }
  await file.commit()
}

/** Each different text once, in the order of the rows, from row `written` on. */
function* missingTexts(
  { datasets, columns }: Pick<TeacherCacheOptions, 'datasets' | 'columns'>,
  index: TextIndex,
  written: number,
) {
  let next = 0
  for (const text of textsOf(datasets, columns)) {
    if (index.find(text) !== next) continue
    next += 1
    if (next > written) yield text
  }
}

function requireWidth({ dimensions }: VectorFile, vectors: Matrix): void {
  if (dimensions === 0 || vectors.dimensions === dimensions) return
  throw new TeacherError(
    'teacher-dimensions',
    `the teacher gave vectors of ${vectors.dimensions} numbers, and of ${dimensions} before`,
    { facts: { expected: dimensions, found: vectors.dimensions } },
  )
}
