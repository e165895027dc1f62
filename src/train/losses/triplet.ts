import { z } from 'zod'
import { add, relu, subtract } from '../../graph/operations.ts'
import { defineLoss } from './define-loss.ts'
import { columnAt, type Loss } from './loss.ts'
import { mean } from './reductions.ts'
import { DISTANCES, type Distance, distanceBetween } from './similarity.ts'

export interface TripletOptions {
  /** Default 'euclidean'. */
  readonly distance?: Distance
  /** How much further away the third text should be. Default 5, which only suits 'euclidean'. */
  readonly margin?: number
}

/**
 * Triplet loss: mean of max(0, d(a, p) - d(a, n) + margin).
 *
 * Inputs: triplets of an anchor, a text like it and a text unlike it; no label.
 * Requirements: a margin that fits the distance: cosine distances lie between 0 and 2.
 * `multipleNegatives` takes the same data and also learns from the other triplets of the batch.
 * Source: Hermans et al. 2017, "In Defense of the Triplet Loss for Person Re-Identification";
 * reference: TripletLoss of sentence-transformers.
 */
export function triplet(options: TripletOptions = {}): Loss {
  return tripletLoss.build(options)
}

export const tripletLoss = defineLoss({
  name: 'triplet',
  data: 'triplets',
  summary: 'the positive nearer than the negative by the margin',
  options: {
    margin: z.number().nonnegative().default(5),
    distance: z.enum(DISTANCES).default('euclidean'),
  },
  make: ({ margin, distance }) => ({
    columns: { min: 3, max: 3 },
    label: 'none',
    build(context) {
      const anchor = columnAt(context, 0)
      const near = distanceBetween(distance, [anchor, columnAt(context, 1)])
      const far = distanceBetween(distance, [anchor, columnAt(context, 2)])
      return mean(relu(add(subtract(near, far), margin)))
    },
  }),
})
