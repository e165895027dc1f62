import { join } from 'node:path'
import type { TextRole } from '../../encoder/index.ts'
import { type FillOptions, VectorCache, type VectorType } from '../../evaluate/index.ts'
import { fillCache } from '../../evaluate/internal.ts'
import type { Tensor } from '../../runtime/index.ts'
import { type Matrix, rowOf, unitRows } from '../../similarity/index.ts'
import type { Dataset, Example } from '../../train/index.ts'
import type { Teacher } from './teacher.ts'

/** A teacher, and how much it counts beside others. */
export interface WeighedTeacher {
  readonly teacher: Teacher
  readonly weight: number
}

export interface SourceTargetsOptions extends FillOptions {
  readonly dataset: Dataset
  readonly teachers: readonly WeighedTeacher[]
  readonly caches: TeacherCaches
  /** What the texts of each column are in a search. Default: nothing. */
  readonly roles?: readonly TextRole[]
}

/** The vectors that the texts of a data set have by its teachers; see `DistilSource.teachers`. */
export class SourceTargets {
  /** Of each teacher, for each text column. */
  readonly #caches: readonly (readonly VectorCache[])[]
  readonly #weights: readonly number[]

  private constructor(caches: readonly (readonly VectorCache[])[], weights: readonly number[]) {
    this.#caches = caches
    const all = weights.reduce((sum, weight) => sum + weight, 0)
    this.#weights = weights.map((weight) => weight / all)
  }

  /** Computes what the caches lack. */
  static async open(options: SourceTargetsOptions): Promise<SourceTargets> {
    const caches: VectorCache[][] = []
    for (const { teacher } of options.teachers) {
      caches.push(await columnCaches(teacher, options))
    }
    return new SourceTargets(
      caches,
      options.teachers.map(({ weight }) => weight),
    )
  }

  /** D of the vectors: that of all teachers together. */
  get dimensions(): number {
    return this.#caches.reduce((sum, [cache]) => sum + (cache?.dimensions ?? 0), 0)
  }

  /** `teacher` [P,D] where the data set has one text column, else `teacher.0`, `teacher.1` … */
  async targets(examples: readonly Example[]): Promise<Readonly<Record<string, Tensor>>> {
    const columns = [...(examples[0]?.texts.keys() ?? [])]
    const tensors = columns.map(async (column): Promise<[string, Tensor]> => {
      const texts = examples.map((example) => example.texts[column] ?? '')
      const { data, rows, dimensions } = await this.vectors(texts, column)
      const name = columns.length > 1 ? `teacher.${column}` : 'teacher'
      return [name, { type: 'float32', dims: [rows, dimensions], data }]
    })
    return Object.fromEntries(await Promise.all(tensors))
  }

  /** The vectors [N,D] of texts of a column. */
  async vectors(texts: readonly string[], column: number): Promise<Matrix> {
    const caches = this.#caches.flatMap((columns) => columns[column] ?? [])
    return joined(await Promise.all(caches.map((cache) => cache.vectors(texts))), this.#weights)
  }
}

/** One for each text column; columns of one role share theirs. */
async function columnCaches(
  teacher: Teacher,
  { dataset, caches, roles = [], ...options }: SourceTargetsOptions,
): Promise<VectorCache[]> {
  const columns = Array.from({ length: dataset.columns }, (_, column) => column)
  const byRole = new Map<TextRole | undefined, VectorCache>()
  for (const role of new Set(columns.map((column) => roles[column]))) {
    const { id, vectors } = (role && teacher.roles?.[role]) ?? teacher
    const cache = await caches.open(id)
    const texts = textsOf(
      [dataset],
      columns.filter((column) => roles[column] === role),
    )
    await fillCache(cache, texts, vectors, options)
    byRole.set(role, cache)
  }
  return columns.flatMap((column) => byRole.get(roles[column]) ?? [])
}

/** The vectors of a single teacher as they are. */
function joined(matrices: readonly Matrix[], weights: readonly number[]): Matrix {
  const [first] = matrices
  if (first && matrices.length === 1) return first
  const rows = first?.rows ?? 0
  const dimensions = matrices.reduce((sum, matrix) => sum + matrix.dimensions, 0)
  const data = new Float32Array(rows * dimensions)
  let start = 0
  for (const [index, matrix] of matrices.map(unitRows).entries()) {
    const length = Math.sqrt(weights[index] ?? 0)
    for (let row = 0; row < rows; row += 1) {
      const scaled = rowOf(matrix, row).map((x) => x * length)
      data.set(scaled, row * dimensions + start)
    }
    start += matrix.dimensions
  }
  return { data, rows, dimensions }
}

/** Teachers' vectors and scores on disk: a folder for each teacher, prompt included, by its id. */
export class TeacherCaches {
  readonly #folder: string
  readonly #open = new Map<string, Promise<VectorCache>>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @throws OutputError when the folder cannot be made. */
  open(id: string, type: VectorType = 'float16'): Promise<VectorCache> {
    const cache = this.#open.get(id) ?? VectorCache.open(join(this.#folder, id), { type })
    this.#open.set(id, cache)
    return cache
  }
}

/** All texts of data sets, in order; or those of some columns. */
export function* textsOf(
  datasets: readonly Dataset[],
  columns?: readonly number[],
): Generator<string, void, void> {
  for (const dataset of datasets) {
    for (let index = 0; index < dataset.length; index += 1) {
      const { texts } = dataset.example(index)
      yield* columns ? columns.map((column) => texts[column] ?? '') : texts
    }
  }
}
