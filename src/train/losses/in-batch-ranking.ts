import type { Value } from '../../graph/index.ts'
import {
  logSoftmax,
  multiply,
  negate,
  oneHot,
  range,
  reduceSum,
  where,
} from '../../graph/operations.ts'
import { mean } from './mean.ts'
import { dotProducts } from './similarity.ts'

/**
 * How surely row i of `queries` [P,D] finds row i among `candidates` [Q,D], Q ≥ P, by their dot
 * products: mean of -log softmax(scale · q·c) at i = i. Also called InfoNCE (van den Oord et al.
 * 2018, "Representation Learning with Contrastive Predictive Coding").
 */
export function inBatchRanking(queries: Value, candidates: Value, scale: number): Value {
  const logProbabilities = logSoftmax(multiply(dotProducts(queries, candidates), scale))
  const [rows = 1, columns = 1] = logProbabilities.shape
  const own = oneHot(range(queries.graph, rows), columns)
  return negate(mean(reduceSum(where(own, logProbabilities, 0), 1)))
}
