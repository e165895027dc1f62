import { at, isConstant, type Numbers, requirePaired, sumOf } from './numbers.ts'
import { averageRanks } from './ranks.ts'

/**
 * Pearson's correlation: Σ(x-x̄)(y-ȳ) / √(Σ(x-x̄)² Σ(y-ȳ)²), from -1 to 1. `undefined` where it is not
 * defined: fewer than two pairs, or no two different values on one side.
 * Reference: scipy.stats.pearsonr.
 * @throws InputError when the lists differ in length or hold NaN or infinity.
 */
export function pearson(gold: Numbers, scores: Numbers): number | undefined {
  requirePaired(gold, scores)
  return correlationOf(gold, scores)
}

/**
 * Spearman's correlation: Pearson's of the ranks, ties with their average rank. `undefined` where it
 * is not defined: fewer than two pairs, or no two different values on one side.
 * Reference: scipy.stats.spearmanr.
 * @throws InputError when the lists differ in length or hold NaN or infinity.
 */
export function spearman(gold: Numbers, scores: Numbers): number | undefined {
  requirePaired(gold, scores)
  return correlationOf(averageRanks(gold), averageRanks(scores))
}

function correlationOf(x: Numbers, y: Numbers): number | undefined {
  if (isConstant(x) || isConstant(y)) return undefined
  const count = x.length
  const meanX = sumOf(count, (i) => at(x, i)) / count
  const meanY = sumOf(count, (i) => at(y, i)) / count
  const product = sumOf(count, (i) => (at(x, i) - meanX) * (at(y, i) - meanY))
  const lengthX = Math.sqrt(sumOf(count, (i) => (at(x, i) - meanX) ** 2))
  const lengthY = Math.sqrt(sumOf(count, (i) => (at(y, i) - meanY) ** 2))
  // Rounding may lead a little beyond 1.
  return Math.max(-1, Math.min(1, product / lengthX / lengthY))
}
