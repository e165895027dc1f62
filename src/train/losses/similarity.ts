import type { Value } from '../../graph/index.ts'
import {
  absolute,
  add,
  divide,
  matrixProduct,
  maximum,
  multiply,
  reduceL2,
  reduceSum,
  subtract,
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

/** How far two embeddings lie apart: 1 - cosine, ‖a - b‖₂ or Σ|aᵢ - bᵢ|. */
export const DISTANCES = ['cosine', 'euclidean', 'manhattan'] as const
export type Distance = (typeof DISTANCES)[number]

/** Where the references differ from the bare formulas. */
export interface DistanceOptions {
  /** The smallest length a cosine divides by. Default 1e-12. */
  readonly epsilon?: number
  /** Added to every component of a - b. Default 0. */
  readonly shift?: number
}

/** The distance of each row of a [P,D] to the same row of b [P,D]: [P]. */
export function distanceBetween(
  name: Distance,
  [a, b]: readonly [Value, Value],
  { epsilon, shift = 0 }: DistanceOptions = {},
): Value {
  const difference = () => (shift === 0 ? subtract(a, b) : add(subtract(a, b), shift))
  switch (name) {
    case 'cosine':
      return subtract(1, cosine(a, b, epsilon))
    case 'euclidean':
      return reduceL2(difference(), 1)
    case 'manhattan':
      return reduceSum(absolute(difference()), 1)
    default:
      return name satisfies never
  }
}
