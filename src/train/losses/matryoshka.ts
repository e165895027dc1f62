import { z } from 'zod'
import { InputError } from '../../errors/index.ts'
import type { Value } from '../../graph/index.ts'
import { multiply, slice } from '../../graph/operations.ts'
import { checkedOptions, positive, size } from './define-loss.ts'
import { columnAt, type Loss, type LossContext, widthOf } from './loss.ts'
import { total } from './reductions.ts'
import { unitVectors } from './similarity.ts'

export interface MatryoshkaOptions {
  /** How many of an embedding's first components should do, each time. */
  readonly dimensions: readonly number[]
  /** One for each of `dimensions`. Default: 1 each. */
  readonly weights?: readonly number[]
}

export const matryoshkaOptions = z
  .strictObject({
    dimensions: z.array(size).min(1),
    weights: z.array(positive).exactOptional(),
  })
  .refine(({ dimensions, weights = dimensions }) => weights.length === dimensions.length, {
    message: 'expected as many weights as dimensions',
    path: ['weights'],
  })

/**
 * Makes shortened embeddings useful: Σ wᵢ · loss(first dᵢ components of every embedding, scaled to
 * length 1).
 *
 * Inputs: those of `loss`. Vectors that the embeddings are to become are shortened with them, and
 * not scaled. Losses that look inside the encoder have nothing to shorten and gain nothing.
 * Requirements: dimensions of at most the model's; the model's own should be among them.
 * Source: Kusupati et al. 2022, "Matryoshka Representation Learning"; reference: MatryoshkaLoss of
 * sentence-transformers.
 */
export function matryoshka(loss: Loss, options: MatryoshkaOptions): Loss {
  const name = `matryoshka(${loss.name})`
  const { dimensions, weights } = checkedOptions(name, matryoshkaOptions, options)
  const factors = weights ?? dimensions.map(() => 1)
  const { forTeacher } = loss
  return {
    ...loss,
    name,
    ...(forTeacher
      ? {
          forTeacher: (...given: Parameters<typeof forTeacher>) =>
            matryoshka(forTeacher(...given), options),
        }
      : {}),
    build(context) {
      requireFitting(dimensions, widthOf(columnAt(context, 0)))
      const parts = dimensions.map((size) => loss.build(shortened(context, size)))
      return total(parts.map((part, index) => multiply(part, factors[index] ?? 1)))
    },
  }
}

function requireFitting(dimensions: readonly number[], width: number): void {
  const tooLarge = dimensions.find((size) => size > width)
  if (tooLarge === undefined) return
  throw new InputError(
    'loss-dimensions',
    `matryoshka cannot shorten embeddings of ${width} components to ${tooLarge}`,
    { facts: { dimensions, width } },
  )
}

function shortened(context: LossContext, size: number): LossContext {
  const first = (x: Value) => slice(x, 1, [0, size])
  return {
    graph: context.graph,
    columns: context.columns.map((column) => unitVectors(first(column))),
    target: (name, shape) => context.target(name, shape),
    vectorTarget: (name) => first(context.vectorTarget(name)),
    parameter: (name, shape) => context.parameter(name, shape),
    // Not read here: asking for it is how a loss says that it looks inside the encoder.
    get tokens() {
      return context.tokens
    },
  }
}
