import { z } from 'zod'
import type { Value } from '../../graph/index.ts'
import { add, multiply, relu, subtract } from '../../graph/operations.ts'
import { defineLoss } from './define-loss.ts'
import { columnAt, type Loss, type LossContext, labels } from './loss.ts'
import { mean, square } from './reductions.ts'
import { COSINE_EPSILON, DISTANCES, type Distance, distanceBetween } from './similarity.ts'

export interface ContrastiveOptions {
  /** How far apart two texts with label 0 should lie at least. Default 0.5. */
  readonly margin?: number
  /** Default 'cosine'. */
  readonly distance?: Distance
}

/**
 * Contrastive loss: mean of ½(y·d² + (1 - y)·max(0, margin - d)²) for the distance d of a pair with
 * label y.
 *
 * Inputs: pairs with label 1 (similar) or 0 (dissimilar). `onlineContrastive` learns from the
 * difficult pairs of each batch only. `multipleNegatives` needs no dissimilar pairs.
 * Source: Hadsell et al. 2006, "Dimensionality Reduction by Learning an Invariant Mapping";
 * reference: ContrastiveLoss of sentence-transformers.
 */
export function contrastive(options: ContrastiveOptions = {}): Loss {
  return contrastiveLoss.build(options)
}

export const contrastiveOptions = {
  margin: z.number().nonnegative().default(0.5),
  distance: z.enum(DISTANCES).default('cosine'),
}

export const contrastiveLoss = defineLoss({
  name: 'contrastive',
  data: 'labelled pairs',
  summary: 'pulls 1 together, pushes 0 beyond the margin',
  options: contrastiveOptions,
  make: ({ margin, distance }) => ({
    columns: { min: 2, max: 2 },
    label: 'binary',
    build(context) {
      const label = labels(context)
      const apart = pairDistance(context, distance)
      const similar = multiply(label, square(apart))
      const dissimilar = multiply(subtract(1, label), square(relu(subtract(margin, apart))))
      return mean(multiply(add(similar, dissimilar), 0.5))
    },
  }),
})

/** As the reference measures it, with the small numbers of torch's pairwise_distance: [P]. */
export function pairDistance(context: LossContext, distance: Distance): Value {
  const pair = [columnAt(context, 0), columnAt(context, 1)] as const
  return distanceBetween(distance, pair, { epsilon: COSINE_EPSILON, shift: 1e-6 })
}
