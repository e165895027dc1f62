import { subtract } from '../../graph/operations.ts'
import { defineLoss } from './define-loss.ts'
import { columnAt, type Loss, labels, logitsOf } from './loss.ts'
import { mean, square } from './reductions.ts'

/**
 * Mean squared error of margins: mean of ((x₁ - x₂) - y)², x₁ and x₂ the logits that a cross-encoder gives a
 * query with one document and with another, y how much better the first one is.
 *
 * Inputs: triplets (query, document, other document) with a margin as label, such as a larger
 * cross-encoder's logit of the first less that of the second.
 * Requirements: a cross-encoder.
 * Source: Hofstätter et al. 2020, "Improving Efficient Neural Ranking Models with Cross-Architecture
 * Knowledge Distillation"; reference: MarginMSELoss of sentence-transformers' cross-encoders.
 */
export function marginMse(): Loss {
  return marginMseLoss.build()
}

export const marginMseLoss = defineLoss({
  name: 'margin_mse',
  data: 'triplets with a margin; a cross-encoder',
  summary: 'the difference of two documents’ logits becomes the margin',
  options: {},
  make: () => ({
    columns: { min: 3, max: 3 },
    label: 'score',
    scoresPairs: true,
    build(context) {
      const margin = subtract(logitsOf(columnAt(context, 0)), logitsOf(columnAt(context, 1)))
      return mean(square(subtract(margin, labels(context))))
    },
  }),
})
