import type { Value } from '../../graph/index.ts'
import { multiply, slice, subtract } from '../../graph/operations.ts'
import {
  candidateColumns,
  candidateScores,
  type PairSimilarity,
  similarityOption,
} from './candidate-scores.ts'
import { defineLoss, positive } from './define-loss.ts'
import { type Loss, widthOf } from './loss.ts'
import { mean, square } from './reductions.ts'

export interface ScoreMarginsOptions {
  /** How the student scores a pair. Default 'dot'. */
  readonly similarity?: PairSimilarity
  /** What the student's scores are multiplied by; a cosine does not reach a logit's size. Default 1. */
  readonly scale?: number
}

/**
 * Mean squared error of margins to a teacher's: mean over examples and negatives i = 2 … N of
 * (scale·(s₁ - sᵢ) - (t₁ - tᵢ))², sᵢ the student's similarity of the first text and candidate i, tᵢ the
 * teacher's score of the two.
 *
 * Inputs: triplets of any number of negatives (query, document, other documents), and the target `scores`
 * [P,N] of the query with each of the N documents, such as a cross-encoder's logits; no label.
 * `scoreDistribution` compares all documents of a query, not the first with each of the others.
 * Source: Hofstätter et al. 2020, "Improving Efficient Neural Ranking Models with Cross-Architecture
 * Knowledge Distillation"; reference: MarginMSELoss of sentence-transformers.
 */
export function scoreMargins(options: ScoreMarginsOptions = {}): Loss {
  return scoreMarginsLoss.build(options)
}

export const scoreMarginsLoss = defineLoss({
  name: 'score_margins',
  summary:
    "how much better the first candidate is than each of the others, by a cross-encoder's scores",
  options: { similarity: similarityOption, scale: positive.default(1) },
  teacher: { options: {}, optionsFor: () => ({}) },
  make: ({ similarity, scale }) => ({
    comparesWith: 'scores',
    columns: candidateColumns,
    label: 'none',
    build(context) {
      const { student, teacher } = candidateScores(context, similarity)
      return mean(square(subtract(multiply(margins(student), scale), margins(teacher))))
    },
  }),
})

/** The first score less each of the others: [P,N] to [P,N-1]. */
function margins(scores: Value): Value {
  return subtract(slice(scores, 1, [0, 1]), slice(scores, 1, [1, widthOf(scores)]))
}
