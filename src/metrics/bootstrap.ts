import { InputError } from '../errors/index.ts'
import { at, increase, type Numbers, requireFinite, sumOf } from './numbers.ts'

/** How a bootstrap interval is drawn. */
export interface BootstrapOptions {
  /** How many samples are drawn. Default 1000. */
  readonly resamples?: number
  /** The share of samples inside the interval. Default 0.95. */
  readonly level?: number
  /** Default 20. The same seed gives the same interval. */
  readonly seed?: number
}

/** A range that holds the middle `level` of a statistic over resamples. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** A statistic of rows of which row i was drawn `draws[i]` times; `undefined` where it has none. */
export type DrawnStatistic = (draws: Uint32Array) => number | undefined

/**
 * The percentile bootstrap interval of a statistic: as many of `rows` rows are drawn with
 * replacement, again and again, and the middle share of the results is kept. Samples for which the
 * statistic is undefined are ignored; `undefined` where that is all of them.
 * Reference: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
 * @throws InputError for resamples or a level out of range.
 */
export function bootstrapInterval(
  rows: number,
  statistic: DrawnStatistic,
  { resamples = 1000, level = 0.95, seed = 20 }: BootstrapOptions = {},
): Interval | undefined {
  requireOptions(resamples, level)
  if (rows === 0) return undefined
  const randomIndex = seededRandom(seed)
  const draws = new Uint32Array(rows)
  const results: number[] = []
  for (let sample = 0; sample < resamples; sample += 1) {
    draws.fill(0)
    for (let i = 0; i < rows; i += 1) increase(draws, randomIndex(rows), 1)
    const result = statistic(draws)
    if (result !== undefined) results.push(result)
  }
  if (results.length === 0) return undefined
  const sorted = Float64Array.from(results).sort()
  return { low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, (1 + level) / 2) }
}

/**
 * Σ xᵢ / N; `undefined` where there are no values.
 * @throws InputError for NaN or infinity.
 */
export function mean(values: Numbers): number | undefined {
  requireFinite(values, 'value')
  if (values.length === 0) return undefined
  return sumOf(values.length, (i) => at(values, i)) / values.length
}

/** The bootstrap interval of the mean. */
export function meanInterval(values: Numbers, options?: BootstrapOptions): Interval | undefined {
  requireFinite(values, 'value')
  const rows = values.length
  const drawnMean = (draws: Uint32Array) => sumOf(rows, (i) => at(draws, i) * at(values, i)) / rows
  return bootstrapInterval(rows, drawnMean, options)
}

/**
 * The value below which a share of sorted values lies, between two of them linearly.
 * Reference: numpy.quantile, method "linear". `sorted` must not be empty.
 */
export function quantile(sorted: Numbers, share: number): number {
  const position = share * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.min(below + 1, sorted.length - 1)
  return at(sorted, below) + (at(sorted, above) - at(sorted, below)) * (position - below)
}

function requireOptions(resamples: number, level: number): void {
  if (Number.isInteger(resamples) && resamples >= 1 && level > 0 && level < 1) return
  throw new InputError(
    'bootstrap-options',
    'resamples must be a whole number from 1 and level lie between 0 and 1, ' +
      `but they are ${resamples} and ${level}`,
    { facts: { resamples, level } },
  )
}

/** Gives whole numbers from 0 to `below` - 1, all equally likely. */
export type RandomIndex = (below: number) => number

/**
 * Random numbers that are the same for the same seed, on every machine.
 * Reference: mulberry32 by Tommy Ettinger, 2017; one 32-bit state, 2³² numbers before it repeats.
 */
export function seededRandom(seed: number): RandomIndex {
  let state = seed | 0
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}
