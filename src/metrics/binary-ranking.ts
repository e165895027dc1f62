import { countPositives, precisionAt, thresholdCounts } from './best-threshold.ts'
import { at, type Numbers, requireBinary, sumOf } from './numbers.ts'
import { averageRanks } from './ranks.ts'

/**
 * Area under the ROC curve: the chance that a positive scores above a negative, ties counted half;
 * (Σ ranks of positives - P(P+1)/2) / (P·N). `undefined` where there is only one class.
 * Reference: Mann and Whitney, 1947; equals sklearn.metrics.roc_auc_score.
 * @param gold 1 positive, 0 negative
 * @throws InputError for another gold value, NaN, or lists that differ in length.
 */
export function auc(gold: Numbers, scores: Numbers): number | undefined {
  requireBinary(gold, scores)
  const positives = countPositives(gold)
  const negatives = gold.length - positives
  if (positives === 0 || negatives === 0) return undefined
  const ranks = averageRanks(scores)
  const rankSum = sumOf(gold.length, (i) => at(gold, i) * at(ranks, i))
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}

/**
 * Average precision: Σ (Rₙ - Rₙ₋₁) Pₙ over the distinct scores, highest first, with precision P and
 * recall R; not interpolated. `undefined` where nothing is positive.
 * Reference: sklearn.metrics.average_precision_score.
 * @param gold 1 positive, 0 negative
 * @throws InputError for another gold value, NaN, or lists that differ in length.
 */
export function averagePrecision(gold: Numbers, scores: Numbers): number | undefined {
  requireBinary(gold, scores)
  const positives = countPositives(gold)
  if (positives === 0) return undefined
  let sum = 0
  let found = 0
  for (const counts of thresholdCounts(gold, scores)) {
    sum += (counts.truePositives - found) * precisionAt(counts)
    found = counts.truePositives
  }
  return sum / positives
}
