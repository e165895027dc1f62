import type { Value } from '../../graph/index.ts'
import { absolute, add, reduceL2, reduceSum, subtract } from '../../graph/operations.ts'
import { cosine } from './similarity.ts'

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
