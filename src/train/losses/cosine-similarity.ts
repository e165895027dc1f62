import { subtract } from '../../graph/operations.ts'
import { defineLoss } from './define-loss.ts'
import { columnAt, type Loss, labels } from './loss.ts'
import { mean, square } from './reductions.ts'
import { COSINE_EPSILON, cosine } from './similarity.ts'

/**
 * Mean squared error of the cosine to the label: mean of (cos(a, b) - label)².
 *
 * Inputs: pairs (a, b) with a score as label.
 * Requirements: scores within the range of a cosine, best 0 to 1.
 * `cosent` takes the same data, uses only the order of the scores, and usually learns more from it.
 * Source: Reimers & Gurevych 2019, "Sentence-BERT", §3; reference: CosineSimilarityLoss of
 * sentence-transformers.
 */
export function cosineSimilarity(): Loss {
  return cosineSimilarityLoss.build()
}

export const cosineSimilarityLoss = defineLoss({
  name: 'cosine_similarity',
  data: 'scored pairs',
  summary: 'mean (c - y)²: the cosine becomes the score itself',
  options: {},
  make: () => ({
    columns: { min: 2, max: 2 },
    label: 'score',
    build(context) {
      const scores = cosine(columnAt(context, 0), columnAt(context, 1), COSINE_EPSILON)
      return mean(square(subtract(scores, labels(context))))
    },
  }),
})
