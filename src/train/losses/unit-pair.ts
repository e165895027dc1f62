import { z } from 'zod'
import type { Value } from '../../graph/index.ts'
import { concat } from '../../graph/operations.ts'
import { size } from './define-loss.ts'
import { columnAt, type LossContext, type Widths } from './loss.ts'
import { unitVectors } from './similarity.ts'
import { teacherVectors } from './teacher.ts'

/** Which texts of a batch a relational loss compares. */
export const COMPARISONS = ['all', 'columns'] as const
/** Which texts of a batch a relational loss compares: all, or those of different columns. */
export type ComparedTexts = (typeof COMPARISONS)[number]

export interface RelationalOptions {
  /** How wide the teacher's vectors are. Default: as wide as the embeddings. */
  readonly teacherSize?: number
  /**
   * `all` texts of the batch with each other, of whatever column; or those of the first `columns`
   * with those of the other columns, such as queries with documents. Default `all`.
   */
  readonly compare?: ComparedTexts
}

/** Vectors of length 1 of the same N texts, by the student [N,D] and by its teacher [N,teacherSize]. */
export interface UnitPair {
  readonly student: Value
  readonly teacher: Value
}

export const compareOption = z.enum(COMPARISONS).default('all')

/** What follows from the teacher. */
export const relationalTeacher = {
  options: { teacherSize: size.exactOptional() },
  optionsFor: ({ teacher }: Widths) => ({ teacherSize: teacher }),
}

/** The texts of all columns, one column after the other. */
export function unitPair(context: LossContext, options: RelationalOptions): UnitPair {
  return pairOf(context, options, [...context.columns.keys()])
}

/** The texts that are compared: each of `rows` [N] with each of `columns` [M]. */
export function comparedPairs(context: LossContext, options: RelationalOptions) {
  if (options.compare !== 'columns') {
    const all = unitPair(context, options)
    return { rows: all, columns: all }
  }
  const [first = 0, ...others] = [...context.columns.keys()]
  return { rows: pairOf(context, options, [first]), columns: pairOf(context, options, others) }
}

/** How many text columns relational losses take. */
export function relationalColumns({ compare }: RelationalOptions) {
  return { min: compare === 'columns' ? 2 : 1, max: Number.POSITIVE_INFINITY }
}

function pairOf(
  context: LossContext,
  { teacherSize }: RelationalOptions,
  columns: readonly number[],
): UnitPair {
  const perColumn = context.columns.length > 1
  const teacher = teacherVectors(context, { perColumn }, teacherSize)
  const student = columns.map((column) => columnAt(context, column))
  return { student: stacked(student), teacher: stacked(columns.map(teacher)) }
}

function stacked(columns: readonly Value[]): Value {
  return unitVectors(concat(columns, 0))
}
