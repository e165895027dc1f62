import { multiply } from '../../graph/operations.ts'
import {
  candidateColumns,
  candidateScores,
  type PairSimilarity,
  similarityOption,
} from './candidate-scores.ts'
import { defineLoss, positive } from './define-loss.ts'
import type { Loss } from './loss.ts'
import { divergence, mean } from './reductions.ts'

export interface ScoreDistributionOptions {
  /** How the student scores a pair. Default 'dot'. */
  readonly similarity?: PairSimilarity
  /** The student's scores are divided by it. Default 1. */
  readonly temperature?: number
  /** The same for the teacher's. Default: `temperature`. */
  readonly teacherTemperature?: number
}

/**
 * Distils which candidate fits a text best: τ² times the mean over examples of
 * KL(softmax(t/τₜ) ‖ softmax(s/τ)), s the student's similarities of the first text and its N candidates, t the
 * teacher's scores of the same pairs.
 *
 * Inputs: as `scoreMargins`.
 * Requirements: temperatures that bring both to one size; cosines want a τ of about 0.05, logits a τₜ of 1.
 * Source: Lin et al. 2020, "Distilling Dense Representations for Ranking using Tightly-Coupled Teachers";
 * reference: DistillKLDivLoss of sentence-transformers.
 */
export function scoreDistribution(options: ScoreDistributionOptions = {}): Loss {
  return scoreDistributionLoss.build(options)
}

export const scoreDistributionLoss = defineLoss({
  name: 'score_distribution',
  summary:
    "which of an example's candidates fits best: τ²·KL of a cross-encoder's softmaxed scores",
  options: {
    similarity: similarityOption,
    temperature: positive.default(1),
    teacherTemperature: positive.exactOptional(),
  },
  teacher: { options: {}, optionsFor: () => ({}) },
  make: ({ similarity, temperature, teacherTemperature = temperature }) => ({
    comparesWith: 'scores',
    columns: candidateColumns,
    label: 'none',
    build(context) {
      const { student, teacher } = candidateScores(context, similarity)
      const wanted = multiply(teacher, 1 / teacherTemperature)
      const given = multiply(student, 1 / temperature)
      return multiply(mean(divergence(wanted, given)), temperature ** 2)
    },
  }),
})
