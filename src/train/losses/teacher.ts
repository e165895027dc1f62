import { z } from 'zod'
import { InputError } from '../../errors/index.ts'
import type { Value } from '../../graph/index.ts'
import { cast, maximum, reduceSum } from '../../graph/operations.ts'
import { given } from '../../options/index.ts'
import { size } from './define-loss.ts'
import type { LossContext, Widths } from './loss.ts'

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

/** [R,T] float32: 1 for tokens, 0 for padding. */
export const tokenMask = (mask: Value) => cast(mask, 'float32')

/** Tokens of each text, at least 1: [R]. */
export const tokenCount = (mask: Value) => maximum(reduceSum(tokenMask(mask), 1), 1)

/** What follows from a teacher that is looked inside. */
export const innerTeacher = {
  options: { teacherSize: size.exactOptional() },
  optionsFor: ({ teacherHidden }: Widths) => given({ teacherSize: teacherHidden }),
}

/** What the layer at `index` computed. @throws InputError when the model has no such layer. */
export function layerOf(layers: readonly Value[], index: number, kind: string): Value {
  const layer = layers[index]
  if (layer) return layer
  throw new InputError(
    'loss-layer',
    `the model has no ${kind} ${index}: the last one is ${layers.length - 1}`,
    { facts: { index, layers: layers.length } },
  )
}
