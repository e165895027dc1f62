import type { Value } from '../../graph/index.ts'
import {
  add,
  logSoftmax,
  multiply,
  reduceMean,
  reduceSum,
  softmax,
  subtract,
} from '../../graph/operations.ts'

/** The mean of all elements: a scalar. */
export const mean = (x: Value) => reduceMean(x, [...x.shape.keys()])

/** The sum of all elements: a scalar. */
export const sum = (x: Value) => reduceSum(x, [...x.shape.keys()])

export const square = (x: Value) => multiply(x, x)

/** The sum of scalars. */
export const total = (parts: readonly Value[]) => parts.reduce((a, b) => add(a, b))

/**
 * Kullback-Leibler divergence KL(p ‖ q) = Σ p·(log p - log q) of p = softmax(wanted), q =
 * softmax(given) along the last axis, which is folded. Logits far below all others count as 0·0.
 */
export function divergence(wanted: Value, given: Value): Value {
  const difference = subtract(logSoftmax(wanted), logSoftmax(given))
  return reduceSum(multiply(softmax(wanted), difference), wanted.shape.length - 1)
}
