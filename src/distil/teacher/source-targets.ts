import type { TextRole } from '../../encoder/index.ts'
import { given } from '../../options/index.ts'
import type { Tensor } from '../../runtime/index.ts'
import { type Matrix, rowOf, unitRows } from '../../similarity/index.ts'
import type { Dataset, Example } from '../../train/index.ts'
import type { Teacher } from './teacher.ts'
import { TeacherCache, type TeacherCacheOptions } from './teacher-cache.ts'

/** A teacher, and how much it counts beside others. */
export interface WeighedTeacher {
  readonly teacher: Teacher
  readonly weight: number
}

export interface SourceTargetsOptions extends Pick<TeacherCacheOptions, 'signal' | 'onProgress'> {
  readonly dataset: Dataset
  readonly teachers: readonly WeighedTeacher[]
  /** What the texts of each column are in a search. Default: nothing. */
  readonly roles?: readonly TextRole[]
}

/** The vectors that the texts of a data set have by its teachers; see `DistilSource.teachers`. */
export class SourceTargets {
  /** Of each teacher, for each text column. */
  readonly #caches: readonly (readonly TeacherCache[])[]
  readonly #weights: readonly number[]

  private constructor(caches: readonly (readonly TeacherCache[])[], weights: readonly number[]) {
    this.#caches = caches
    const all = weights.reduce((sum, weight) => sum + weight, 0)
    this.#weights = weights.map((weight) => weight / all)
  }

  /** Computes what `folder` lacks, a file for each teacher and role. */
  static async open(folder: string, options: SourceTargetsOptions): Promise<SourceTargets> {
    const caches: TeacherCache[][] = []
    for (const { teacher } of options.teachers) {
      caches.push(await columnCaches(folder, teacher, options))
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

  async close(): Promise<void> {
    for (const cache of new Set(this.#caches.flat())) await cache.close()
  }
}

/** One for each text column; columns of one role share theirs. */
async function columnCaches(
  folder: string,
  teacher: Teacher,
  { dataset, roles = [], signal, onProgress }: SourceTargetsOptions,
): Promise<TeacherCache[]> {
  const columns = Array.from({ length: dataset.columns }, (_, column) => column)
  const byRole = new Map<TextRole | undefined, TeacherCache>()
  for (const role of new Set(columns.map((column) => roles[column]))) {
    const cache = await TeacherCache.open(folder, {
      teacher: (role && teacher.roles?.[role]) ?? teacher,
      datasets: [dataset],
      columns: columns.filter((column) => roles[column] === role),
      ...given({ signal, onProgress }),
    })
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
