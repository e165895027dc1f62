import type { Value } from '../graph/index.ts'
import { linear } from '../graph/operations.ts'
import type { Weights } from './weight-value.ts'

/**
 * How x·Wᵀ + b is written into the graph, for rows [N,I] and the weights `weight` [O,I] and `bias`
 * [O] of one layer: gives [N,O].
 */
export type LinearLayer = (rows: Value, weights: Weights) => Value

export const floatLayer: LinearLayer = (rows, weights) =>
  linear(rows, weights.value('weight'), weights.value('bias'))
