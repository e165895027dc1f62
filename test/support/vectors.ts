import { expect } from 'vitest'

/** The largest absolute difference of two equally long lists; NaN counts as infinitely large. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  return Array.from(a).reduce((worst, x, i) => {
    const difference = Math.abs(x - (b[i] ?? Number.NaN))
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference)
  }, 0)
}
