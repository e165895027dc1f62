import { InputError } from '../errors/index.ts'
import { countPositives } from './best-threshold.ts'
import type { MapKind } from './constants.ts'
import { at, type Numbers, requireBinary, sumOf } from './numbers.ts'
import { ascendingOrder, tieBorders } from './ranks.ts'

/** Turns a score into the probability that a pair is positive. */
export type ProbabilityMap =
  | {
      readonly kind: 'isotonic'
      /** Growing; between two of them probabilities are interpolated, outside they stay. */
      readonly scores: readonly number[]
      readonly probabilities: readonly number[]
    }
  | { readonly kind: 'platt'; readonly slope: number; readonly intercept: number }

/**
 * Fits a map to scores of pairs whose class is known.
 * @param gold 1 positive, 0 negative; both must occur
 * @throws InputError for one class only, another gold value, NaN, or lists that differ in length.
 */
export function fitProbabilityMap(kind: MapKind, gold: Numbers, scores: Numbers): ProbabilityMap {
  requireBinary(gold, scores)
  const positives = countPositives(gold)
  if (positives === 0 || positives === gold.length) {
    throw new InputError(
      'calibration-one-class',
      `probabilities need positive and negative pairs, but all ${gold.length} have one label`,
      { facts: { pairs: gold.length, positives } },
    )
  }
  return kind === 'isotonic' ? fitIsotonic(gold, scores) : fitPlatt(gold, scores)
}

/** The probability [0,1] that a pair with this score is positive. */
export function probabilityOf(map: ProbabilityMap, score: number): number {
  if (map.kind === 'platt') return logistic(map.slope * score + map.intercept)
  const { scores, probabilities } = map
  const above = scores.findIndex((known) => known >= score)
  if (above <= 0) return at(probabilities, above === 0 ? 0 : probabilities.length - 1)
  const [left, right] = [at(scores, above - 1), at(scores, above)]
  const share = (score - left) / (right - left)
  return at(probabilities, above - 1) * (1 - share) + at(probabilities, above) * share
}

interface ScoreBlock {
  readonly first: number
  readonly last: number
  readonly weight: number
  readonly mean: number
}

/**
 * The growing step function nearest to the gold values in squares: neighbours out of order are
 * pooled. Reference: Ayer et al., 1955 (pool adjacent violators); equals
 * sklearn.isotonic.IsotonicRegression.
 */
function fitIsotonic(gold: Numbers, scores: Numbers): ProbabilityMap {
  const blocks: ScoreBlock[] = []
  for (const block of blocksOfEqualScores(gold, scores)) {
    let pooled = block
    for (let last = blocks.at(-1); last && last.mean >= pooled.mean; last = blocks.at(-1)) {
      blocks.pop()
      pooled = pool(last, pooled)
    }
    blocks.push(pooled)
  }
  const ends = blocks.flatMap(({ first, last, mean }) =>
    first === last ? [[first, mean] as const] : [[first, mean] as const, [last, mean] as const],
  )
  return {
    kind: 'isotonic',
    scores: ends.map(([score]) => score),
    probabilities: ends.map(([, probability]) => probability),
  }
}

function blocksOfEqualScores(gold: Numbers, scores: Numbers): ScoreBlock[] {
  const order = ascendingOrder(scores)
  const borders = tieBorders(scores, order)
  return Array.from({ length: borders.length - 1 }, (_, group) => {
    const [start, end] = [at(borders, group), at(borders, group + 1)]
    const weight = end - start
    const mean = sumOf(weight, (i) => at(gold, at(order, start + i))) / weight
    const score = at(scores, at(order, start))
    return { first: score, last: score, weight, mean }
  })
}

function pool(a: ScoreBlock, b: ScoreBlock): ScoreBlock {
  const weight = a.weight + b.weight
  const mean = (a.mean * a.weight + b.mean * b.weight) / weight
  return { first: a.first, last: b.last, weight, mean }
}

const NEWTON_STEPS = 100

/**
 * 1 / (1 + exp(-(slope · score + intercept))), the likelihood of smoothed targets (N₊+1)/(N₊+2) and
 * 1/(N₋+2) maximised by Newton's method with halved steps. Reference: Platt, 1999, in the stable form
 * of Lin, Lin and Weng, A note on Platt's probabilistic outputs, 2007.
 */
function fitPlatt(gold: Numbers, scores: Numbers): ProbabilityMap {
  const count = gold.length
  const positives = countPositives(gold)
  const high = (positives + 1) / (positives + 2)
  const low = 1 / (count - positives + 2)
  const target = (i: number) => (at(gold, i) === 1 ? high : low)
  const lossOf = ({ slope, intercept }: Line) =>
    sumOf(count, (i) => crossEntropy(slope * at(scores, i) + intercept, target(i)))
  let line: Line = { slope: 0, intercept: Math.log((positives + 1) / (count - positives + 1)) }
  for (let step = 0; step < NEWTON_STEPS; step += 1) {
    const next = shorten(line, newtonStep(line, scores, target), lossOf)
    if (!next) break
    line = next
  }
  return { kind: 'platt', ...line }
}

interface Line {
  readonly slope: number
  readonly intercept: number
}

/** The step to where a parabola with the loss's slope and curvature has its lowest point. */
function newtonStep(
  { slope, intercept }: Line,
  scores: Numbers,
  target: (i: number) => number,
): Line {
  let [g1, g2, h11, h12, h22] = [0, 0, 1e-12, 0, 1e-12]
  for (let i = 0; i < scores.length; i += 1) {
    const score = at(scores, i)
    const probability = logistic(slope * score + intercept)
    const error = probability - target(i)
    const curve = probability * (1 - probability)
    g1 += error * score
    g2 += error
    h11 += curve * score * score
    h12 += curve * score
    h22 += curve
  }
  const determinant = h11 * h22 - h12 * h12
  return {
    slope: -(h22 * g1 - h12 * g2) / determinant,
    intercept: -(h11 * g2 - h12 * g1) / determinant,
  }
}

/** The longest of the step, its half, its quarter … that lowers the loss; none at the lowest point. */
function shorten(line: Line, step: Line, lossOf: (line: Line) => number): Line | undefined {
  const before = lossOf(line)
  for (let length = 1; length > 1e-10; length /= 2) {
    const next = {
      slope: line.slope + length * step.slope,
      intercept: line.intercept + length * step.intercept,
    }
    if (lossOf(next) < before) return next
  }
  return undefined
}

function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))
}

/** -t·log(p) - (1-t)·log(1-p) for p = logistic(x), without overflow. */
function crossEntropy(x: number, target: number): number {
  return Math.max(x, 0) - x * target + Math.log1p(Math.exp(-Math.abs(x)))
}
