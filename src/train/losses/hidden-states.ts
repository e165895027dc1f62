import { z } from 'zod'
import { InputError } from '../../errors/index.ts'
import type { Value } from '../../graph/index.ts'
import {
  divide,
  matMul,
  multiply,
  reduceMean,
  subtract,
  transpose,
} from '../../graph/operations.ts'
import { defineLoss, layer } from './define-loss.ts'
import { type Loss, type LossContext, widthOf } from './loss.ts'
import { square, sum, total } from './reductions.ts'
import { innerTeacher, layerOf, tokenCount, tokenMask } from './teacher.ts'

/** Which states are compared: 0 is the embeddings, n what layer n gives, counted from 1. */
export interface StatePair {
  readonly student: number
  readonly teacher: number
}

export interface HiddenStatesOptions {
  readonly pairs: readonly StatePair[]
  /** Hidden size of the teacher. Default: that of the student. */
  readonly teacherSize?: number
  /**
   * Whether a learned projection without bias, the parameter `hidden_states.projection`
   * [teacher,student], stands between the two, one for all pairs; it is not part of the trained
   * model. Default: where the sizes differ.
   */
  readonly projection?: boolean
}

/**
 * Hidden states as the teacher's: mean squared error (W·h - t)² over the real tokens of all unique
 * texts and all components, averaged over the pairs of layers.
 *
 * Inputs: columns of every kind, of which only the texts count; for every teacher state n the token
 * target `hidden_states.n` [R,T,teacher size] over the student's own tokens, so both need one
 * tokenizer.
 * `attentionRelation` needs no projection and only one layer.
 * Source: Jiao et al. 2020, "TinyBERT: Distilling BERT for Natural Language Understanding".
 */
export function hiddenStates(options: HiddenStatesOptions): Loss {
  return hiddenStatesLoss.build(options)
}

export const hiddenStatesLoss = defineLoss({
  name: 'hidden_states',
  summary:
    'what layers give, token by token: `pairs` of `student` and `teacher`; 0 is the embeddings. The teacher runs in every step',
  options: { pairs: z.array(z.strictObject({ student: layer, teacher: layer })).min(1) },
  teacher: {
    options: { ...innerTeacher.options, projection: z.boolean().exactOptional() },
    optionsFor: innerTeacher.optionsFor,
  },
  make: ({ pairs, teacherSize, projection }) => ({
    states: pairs.map(({ teacher }) => `hidden_states.${teacher}`),
    columns: { min: 1, max: Number.POSITIVE_INFINITY },
    label: 'none',
    build(context) {
      const losses = pairs.map((pair) => {
        const student = layerOf(context.tokens.hiddenStates, pair.student, 'hidden state')
        const size = teacherSize ?? widthOf(student)
        const teacher = context.tokens.target(`hidden_states.${pair.teacher}`, size)
        const projected = project(student, { context, size, projection })
        return tokenError(projected, teacher, context.tokens.mask)
      })
      return multiply(total(losses), 1 / losses.length)
    },
  }),
})

interface Projection {
  readonly context: LossContext
  readonly size: number
  readonly projection: boolean | undefined
}

function project(student: Value, { context, size, projection }: Projection): Value {
  const width = widthOf(student)
  if (!(projection ?? width !== size)) {
    requireEqual(width, size)
    return student
  }
  const weight = context.parameter('hidden_states.projection', [size, width])
  return matMul(student, transpose(weight, [1, 0]))
}

function requireEqual(student: number, teacher: number): void {
  if (student === teacher) return
  throw new InputError(
    'loss-hidden-size',
    `hidden states of ${student} and ${teacher} components cannot be compared without a projection`,
    { facts: { student, teacher } },
  )
}

function tokenError(student: Value, teacher: Value, mask: Value): Value {
  const errors = reduceMean(square(subtract(student, teacher)), 2)
  return divide(sum(multiply(errors, tokenMask(mask))), sum(tokenCount(mask)))
}
