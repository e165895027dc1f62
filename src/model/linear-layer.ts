import type { Value } from '../graph/index.ts'
import { linear } from '../graph/operations.ts'
import type { Weights } from './weight-value.ts'

/**
 * How x·Wᵀ + b is written into the graph, for rows [N,I] and the weights `weight` [O,I] and, where
 * there is one, `bias` [O] of a layer: gives [N,O].
 */
export type LinearLayer = (rows: Value, weights: Weights) => Value

export const floatLayer: LinearLayer = (rows, weights) =>
  linear(rows, weights.value('weight'), weights.optional('bias'))
