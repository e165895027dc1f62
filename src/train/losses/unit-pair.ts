import type { Value } from '../../graph/index.ts'
import { columnAt, type LossContext } from './loss.ts'
import { integer } from './loss-options.ts'
import { unitVectors } from './similarity.ts'
import { teacherVectors } from './teacher.ts'

export interface RelationalOptions {
  /** How wide the teacher's vectors are. Default: as wide as the embeddings. */
  readonly teacherSize?: number
}

/** @throws InputError when the options are impossible. */
export function checkRelational({ teacherSize }: RelationalOptions): void {
  if (teacherSize !== undefined) integer('teacherSize', teacherSize, 1)
}

/**
 * Vectors of length 1 of the same texts, by the student [P,D] and by its teacher [P,teacherSize].
 */
export function unitPair(
  context: LossContext,
  { teacherSize }: RelationalOptions,
): { readonly student: Value; readonly teacher: Value } {
  return {
    student: unitVectors(columnAt(context, 0)),
    teacher: unitVectors(teacherVectors(context, {}, teacherSize)(0)),
  }
}
