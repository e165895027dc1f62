import { InputError } from '../errors/index.ts'

/** A list of numbers, plain or typed. */
export type Numbers = ArrayLike<number>

/**
 * Checks that every pair has a gold value and a score, and that all are finite: a NaN has no rank.
 * @throws InputError naming the first value that is wrong, by its index.
 */
export function requirePaired(gold: Numbers, scores: Numbers): void {
  if (gold.length !== scores.length) {
    throw new InputError(
      'metric-length',
      `expected as many scores as gold values, but got ${scores.length} and ${gold.length}`,
      { facts: { gold: gold.length, scores: scores.length } },
    )
  }
  requireFinite(gold, 'gold value')
  requireFinite(scores, 'score')
}

/** @throws InputError naming the first value that is NaN or infinite, by its index. */
export function requireFinite(values: Numbers, what: string): void {
  for (let index = 0; index < values.length; index += 1) {
    const value = at(values, index)
    if (Number.isFinite(value)) continue
    throw new InputError(
      'metric-not-finite',
      `every ${what} must be a finite number, but the one at index ${index} is ${value}; ` +
        'look for empty or broken vectors in what was compared',
      { facts: { what, index, value } },
    )
  }
}

/**
 * As `requirePaired`, for gold values that are classes: 1 positive, 0 negative.
 * @throws InputError also for another gold value.
 */
export function requireBinary(gold: Numbers, scores: Numbers): void {
  requirePaired(gold, scores)
  for (let index = 0; index < gold.length; index += 1) {
    const value = at(gold, index)
    if (value === 0 || value === 1) continue
    throw new InputError(
      'metric-label',
      `every gold value must be 0 or 1, but the one at index ${index} is ${value}`,
      { facts: { index, value } },
    )
  }
}

/** The value at an index that is known to be inside. */
export function at(values: Numbers, index: number): number {
  return values[index] as number
}

/** Adds to the value at an index that is known to be inside. */
export function increase(values: Float64Array | Uint32Array, index: number, by: number): void {
  values[index] = (values[index] as number) + by
}

/** Σ f(i) for i from 0 to count - 1. */
export function sumOf(count: number, term: (index: number) => number): number {
  let sum = 0
  for (let index = 0; index < count; index += 1) sum += term(index)
  return sum
}

/** Whether there are no two different values. */
export function isConstant(values: Numbers): boolean {
  for (let index = 1; index < values.length; index += 1) {
    if (values[index] !== values[0]) return false
  }
  return true
}
