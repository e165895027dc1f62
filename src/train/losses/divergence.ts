import type { Value } from '../../graph/index.ts'
import { logSoftmax, multiply, reduceSum, softmax, subtract } from '../../graph/operations.ts'

/**
 * Kullback-Leibler divergence KL(p ‖ q) = Σ p·(log p - log q) of p = softmax(wanted), q =
 * softmax(given) along the last axis, which is folded. Logits far below all others count as 0·0.
 */
export function divergence(wanted: Value, given: Value): Value {
  const difference = subtract(logSoftmax(wanted), logSoftmax(given))
  return reduceSum(multiply(softmax(wanted), difference), wanted.shape.length - 1)
}
