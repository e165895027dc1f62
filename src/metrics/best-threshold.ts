import { at, type Numbers, requireBinary, sumOf } from './numbers.ts'
import { ascendingOrder, tieBorders } from './ranks.ts'

/** The best F1 a threshold reaches; everything that scores at least `threshold` is positive. */
export interface BestF1 {
  readonly f1: number
  readonly threshold: number
  readonly precision: number
  readonly recall: number
}

/**
 * The threshold with the highest F1 = 2·TP / (2·TP + FP + FN); of equals, the lowest. `undefined`
 * where nothing is positive. Reference: sklearn.metrics.precision_recall_curve, whose thresholds
 * are the distinct scores.
 * @param gold 1 positive, 0 negative
 * @throws InputError for another gold value, NaN, or lists that differ in length.
 */
export function bestF1(gold: Numbers, scores: Numbers): BestF1 | undefined {
  requireBinary(gold, scores)
  const positives = countPositives(gold)
  if (positives === 0) return undefined
  let best: BestF1 | undefined
  for (const counts of thresholdCounts(gold, scores)) {
    const { threshold, truePositives, falsePositives } = counts
    const f1 = (2 * truePositives) / (positives + truePositives + falsePositives)
    if (best && f1 < best.f1) continue
    best = { f1, threshold, precision: precisionAt(counts), recall: truePositives / positives }
  }
  return best
}

/** The best accuracy a threshold reaches; everything that scores at least `threshold` is positive. */
export interface BestAccuracy {
  readonly accuracy: number
  /** Infinity where calling nothing positive is best. */
  readonly threshold: number
}

/**
 * The threshold with the highest share of right answers; of equals, the lowest. `undefined` where
 * there are no pairs. Candidates are those of sklearn.metrics.roc_curve: the distinct scores, and
 * infinity.
 * @param gold 1 positive, 0 negative
 * @throws InputError for another gold value, NaN, or lists that differ in length.
 */
export function bestAccuracy(gold: Numbers, scores: Numbers): BestAccuracy | undefined {
  requireBinary(gold, scores)
  if (gold.length === 0) return undefined
  const negatives = gold.length - countPositives(gold)
  let best = { accuracy: negatives / gold.length, threshold: Number.POSITIVE_INFINITY }
  for (const { threshold, truePositives, falsePositives } of thresholdCounts(gold, scores)) {
    const accuracy = (truePositives + negatives - falsePositives) / gold.length
    if (accuracy >= best.accuracy) best = { accuracy, threshold }
  }
  return best
}

/** What a threshold reaches; everything that scores at least `threshold` is positive. */
export interface ThresholdQuality {
  readonly threshold: number
  readonly precision: number
  readonly recall: number
}

/**
 * The lowest threshold with at least this precision, so that recall is highest; `undefined` where
 * none reaches it.
 * @param gold 1 positive, 0 negative
 * @throws InputError for another gold value, NaN, or lists that differ in length.
 */
export function thresholdForPrecision(
  gold: Numbers,
  scores: Numbers,
  precision: number,
): ThresholdQuality | undefined {
  return qualities(gold, scores).findLast((quality) => quality.precision >= precision)
}

/**
 * The highest threshold with at least this recall; `undefined` where nothing is positive.
 * @param gold 1 positive, 0 negative
 * @throws InputError for another gold value, NaN, or lists that differ in length.
 */
export function thresholdForRecall(
  gold: Numbers,
  scores: Numbers,
  recall: number,
): ThresholdQuality | undefined {
  return qualities(gold, scores).find((quality) => quality.recall >= recall)
}

/** At each distinct score, highest first. */
function qualities(gold: Numbers, scores: Numbers): ThresholdQuality[] {
  requireBinary(gold, scores)
  const positives = countPositives(gold)
  if (positives === 0) return []
  return thresholdCounts(gold, scores).map((counts) => ({
    threshold: counts.threshold,
    precision: precisionAt(counts),
    recall: counts.truePositives / positives,
  }))
}

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
