import { at, type Numbers, sumOf } from './numbers.ts'
import { ascendingOrder, tieBorders } from './ranks.ts'

/** What is called positive when everything that scores at least `threshold` is. */
export interface ThresholdCounts {
  readonly threshold: number
  readonly truePositives: number
  readonly falsePositives: number
}

/**
 * The counts at each distinct score, highest first.
 * Reference: sklearn.metrics._ranking._binary_clf_curve.
 */
export function thresholdCounts(gold: Numbers, scores: Numbers): ThresholdCounts[] {
  const order = ascendingOrder(scores)
  const borders = tieBorders(scores, order)
  const counts: ThresholdCounts[] = []
  let truePositives = 0
  for (let group = borders.length - 2; group >= 0; group -= 1) {
    const [start, end] = [at(borders, group), at(borders, group + 1)]
    truePositives += sumOf(end - start, (i) => at(gold, at(order, start + i)))
    const falsePositives = order.length - start - truePositives
    counts.push({ threshold: at(scores, at(order, start)), truePositives, falsePositives })
  }
  return counts
}

/** How many gold values are 1. */
export function countPositives(gold: Numbers): number {
  return sumOf(gold.length, (i) => at(gold, i))
}

/** Precision: what share of those called positive is positive. */
export function precisionAt({ truePositives, falsePositives }: ThresholdCounts): number {
  return truePositives / (truePositives + falsePositives)
}
