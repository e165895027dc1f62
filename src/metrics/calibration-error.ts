import { at, type Numbers, requireBinary, sumOf } from './numbers.ts'

/**
 * How far probabilities are from what happens: Σ (Nᵦ/N)·|share of positives - mean probability| over
 * bins of equal width. `undefined` where there are no pairs.
 * Reference: Naeini et al., 2015; 15 bins as in Guo et al., On Calibration of Modern Neural
 * Networks, 2017.
 * @param gold 1 positive, 0 negative
 * @throws InputError for another gold value, NaN, or lists that differ in length.
 */
export function expectedCalibrationError(
  gold: Numbers,
  probabilities: Numbers,
  bins = 15,
): number | undefined {
  requireBinary(gold, probabilities)
  if (gold.length === 0) return undefined
  const excess = new Float64Array(bins)
  for (let i = 0; i < gold.length; i += 1) {
    const probability = at(probabilities, i)
    const bin = Math.min(bins - 1, Math.floor(probability * bins))
    excess[bin] = at(excess, bin) + at(gold, i) - probability
  }
  return sumOf(bins, (bin) => Math.abs(at(excess, bin))) / gold.length
}

/**
 * Mean of (probability - gold)²; `undefined` where there are no pairs. Reference: Brier, 1950;
 * sklearn.metrics.brier_score_loss.
 * @param gold 1 positive, 0 negative
 * @throws InputError for another gold value, NaN, or lists that differ in length.
 */
export function brierScore(gold: Numbers, probabilities: Numbers): number | undefined {
  requireBinary(gold, probabilities)
  if (gold.length === 0) return undefined
  return sumOf(gold.length, (i) => (at(probabilities, i) - at(gold, i)) ** 2) / gold.length
}
