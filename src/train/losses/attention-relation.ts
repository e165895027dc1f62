import { z } from 'zod'
import { InputError } from '../../errors/index.ts'
import type { Value } from '../../graph/index.ts'
import {
  divide,
  equal,
  matMul,
  multiply,
  reduceSum,
  reshape,
  transpose,
  unsqueeze,
  where,
} from '../../graph/operations.ts'
import { defineLoss, layer, size } from './define-loss.ts'
import { type Loss, type TokenContext, widthOf } from './loss.ts'
import { divergence, mean, total } from './reductions.ts'
import { innerTeacher, layerOf, tokenCount, tokenMask } from './teacher.ts'

/** What is related with itself: queries with queries, keys with keys, values with values. */
export const RELATIONS = ['queries', 'keys', 'values'] as const
export type Relation = (typeof RELATIONS)[number]

export interface AttentionRelationOptions {
  /** Layer of the teacher, counted from 0. */
  readonly teacherLayer: number
  /** Hidden size of the teacher. Default: that of the student. */
  readonly teacherSize?: number
  /** Layer of the student, counted from 0. Default: the last. */
  readonly studentLayer?: number
  /** In how many parts vectors are related, whatever the models' own heads; divides both sizes. */
  readonly heads: number
  /** Default: all three. */
  readonly relations?: readonly Relation[]
}

/** A logit that softmax turns into exactly 0. */
const NEVER = -1e9

/**
 * Self-attention relations as the teacher's. For queries, keys and values A [T,H], split into
 * `heads` parts Aₕ of size d: Rₕ = softmax(Aₕ·Aₕᵀ/√d), and the loss of a text with n tokens is
 * 1/(heads·n) Σₕ Σₜ KL(teacher's Rₕ[t] ‖ student's Rₕ[t]), summed over the kinds of relation and
 * averaged over the unique texts. Padding neither relates nor is related to.
 *
 * Inputs: columns of every kind, of which only the texts count; for layer n of the teacher the
 * token targets `queries.n`, `keys.n`, `values.n` [R,T,teacher size] over the student's own tokens,
 * so both need one tokenizer. Needs neither equal sizes nor equal numbers of heads or layers.
 * Source: Wang et al. 2021, "MiniLMv2: Multi-Head Self-Attention Relation Distillation for
 * Compressing Pretrained Transformers", §3.2.
 */
export function attentionRelation(options: AttentionRelationOptions): Loss {
  return attentionRelationLoss.build(options)
}

export const attentionRelationLoss = defineLoss({
  name: 'attention_relation',
  summary:
    "how tokens relate in a layer's queries, keys and values; sizes may differ. The teacher runs too",
  options: {
    teacherLayer: layer,
    studentLayer: layer.exactOptional(),
    heads: size,
    relations: z
      .array(z.enum(RELATIONS))
      .min(1)
      .default([...RELATIONS]),
  },
  teacher: innerTeacher,
  make: ({ relations, ...options }) => ({
    states: relations.map((relation) => `${relation}.${options.teacherLayer}`),
    columns: { min: 1, max: Number.POSITIVE_INFINITY },
    label: 'none',
    build: ({ tokens }) =>
      total(relations.map((relation) => relationLoss(tokens, relation, options))),
  }),
})

function relationLoss(
  tokens: TokenContext,
  relation: Relation,
  { teacherLayer, teacherSize, studentLayer, heads }: AttentionRelationOptions,
): Value {
  const layers = tokens[relation]
  const student = layerOf(layers, studentLayer ?? layers.length - 1, 'layer')
  const size = teacherSize ?? widthOf(student)
  const teacher = tokens.target(`${relation}.${teacherLayer}`, size)
  const split = { mask: tokens.mask, heads }
  const rows = divergence(relate(teacher, split), relate(student, split))
  const perText = reduceSum(multiply(rows, unsqueeze(tokenMask(tokens.mask), 1)), [1, 2])
  return multiply(mean(divide(perText, tokenCount(tokens.mask))), 1 / heads)
}

interface Heads {
  /** [R,T] */
  readonly mask: Value
  readonly heads: number
}

/** Vectors [R,T,H] or [R*T,H] to the logits Aₕ·Aₕᵀ/√d of their relations: [R,heads,T,T]. */
function relate(vectors: Value, { mask, heads }: Heads): Value {
  const [texts = 1, length = 1] = mask.shape
  const size = partSize(widthOf(vectors), heads)
  const parts = reshape(vectors, [texts, length, heads, size])
  const scores = matMul(transpose(parts, [0, 2, 1, 3]), transpose(parts, [0, 2, 3, 1]))
  const isToken = unsqueeze(equal(mask, 1), 1, 2)
  return where(isToken, multiply(scores, 1 / Math.sqrt(size)), NEVER)
}

function partSize(width: number, heads: number): number {
  if (width % heads === 0) return width / heads
  throw new InputError(
    'loss-relation-heads',
    `vectors of ${width} components cannot be split into ${heads} relation heads`,
    { facts: { width, heads } },
  )
}
