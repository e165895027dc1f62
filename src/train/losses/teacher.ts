import { z } from 'zod'
import type { Value } from '../../graph/index.ts'
import type { Widths } from './define-loss.ts'
import type { LossContext } from './loss.ts'

export interface TeacherOptions {
  /** Whether every text column has vectors of its own to become. Default false: one for all. */
  readonly perColumn?: boolean
}

/** What follows from the teacher where every text has a vector of its own. */
export const perColumnTeacher = {
  options: { perColumn: z.boolean().default(false) },
  optionsFor: (_: Widths, columns: number) => ({ perColumn: columns > 1 }),
}

/**
 * The teacher's vectors for each text column: the target `teacher`, or `teacher.0`, `teacher.1` …
 * @param size how wide they are. Default: as wide as the embeddings.
 */
export function teacherVectors(
  context: LossContext,
  { perColumn = false }: TeacherOptions,
  size?: number,
): (column: number) => Value {
  return (column) => {
    const name = perColumn ? `teacher.${column}` : 'teacher'
    return size === undefined ? context.vectorTarget(name) : context.target(name, [size])
  }
}
