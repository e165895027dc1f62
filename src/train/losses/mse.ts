import { multiply, subtract } from '../../graph/operations.ts'
import { defineLoss } from './define-loss.ts'
import type { Loss } from './loss.ts'
import { mean, square, total } from './reductions.ts'
import { perColumnTeacher, type TeacherOptions, teacherVectors } from './teacher.ts'

/**
 * Mean squared error to given vectors: mean over examples and components of (e - t)².
 *
 * Inputs: one text column or several, and for every example the target `teacher` [D] that all its
 * columns are to become (a text and its translations), or with `perColumn` the targets `teacher.0`,
 * `teacher.1` … one for each; the columns' losses are averaged.
 * Requirements: a teacher as wide as the embeddings. `cosineToTeacher` compares directions only and
 * takes teachers of other widths.
 * Source: Reimers & Gurevych 2020, "Making Monolingual Sentence Embeddings Multilingual using
 * Knowledge Distillation"; reference: MSELoss of sentence-transformers.
 */
export function mse(options: TeacherOptions = {}): Loss {
  return mseLoss.build(options)
}

export const mseLoss = defineLoss({
  name: 'mse',
  summary: 'the vector itself, number by number; needs vectors of one length',
  options: {},
  teacher: perColumnTeacher,
  make: (options) => ({
    equalWidths: true,
    columns: { min: 1, max: Number.POSITIVE_INFINITY },
    label: 'none',
    build(context) {
      const teacher = teacherVectors(context, options)
      const losses = context.columns.map((column, index) =>
        mean(square(subtract(column, teacher(index)))),
      )
      return multiply(total(losses), 1 / losses.length)
    },
  }),
})
