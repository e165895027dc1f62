import type { Value } from '../../graph/index.ts'
import {
  divide,
  matrixProduct,
  maximum,
  multiply,
  reduceL2,
  reduceSum,
} from '../../graph/operations.ts'

/** The smallest length that torch.nn.functional.normalize divides by. */
const NORMALIZE_EPSILON = 1e-12

/** The smallest length that torch.nn.functional.cosine_similarity divides by. */
export const COSINE_EPSILON = 1e-8

/**
 * x / max(‖x‖₂, ε), row by row: a row of zeros stays zeros, and what flows back through it is
 * finite. Reference: torch.nn.functional.normalize.
 */
export function unitVectors(x: Value, epsilon = NORMALIZE_EPSILON): Value {
  return divide(x, maximum(reduceL2(x, x.shape.length - 1, { keep: true }), epsilon))
}

/** The cosine of each row of a [P,D] with the same row of b [P,D]: [P]. */
export function cosine(a: Value, b: Value, epsilon = NORMALIZE_EPSILON): Value {
  return reduceSum(multiply(unitVectors(a, epsilon), unitVectors(b, epsilon)), 1)
}

/** The dot product of every row of a [P,D] with every row of b [Q,D]: [P,Q]. */
export function dotProducts(a: Value, b: Value): Value {
  return matrixProduct(a, b, { transB: true })
}
