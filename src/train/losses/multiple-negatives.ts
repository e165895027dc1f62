import { z } from 'zod'
import type { Value } from '../../graph/index.ts'
import {
  add,
  concat,
  logSoftmax,
  multiply,
  negate,
  oneHot,
  range,
  reduceSum,
  where,
} from '../../graph/operations.ts'
import { defineLoss, positive } from './define-loss.ts'
import { columnAt, type Loss, severalCandidates } from './loss.ts'
import { mean } from './reductions.ts'
import { dotProducts, unitVectors } from './similarity.ts'

export interface MultipleNegativesOptions {
  /** The inverse temperature. Default 20. */
  readonly scale?: number
  /**
   * Also let every second text find its first among all first texts, and average. Default false.
   */
  readonly symmetric?: boolean
}

/**
 * Multiple negatives ranking: mean over i of -log softmax(scale · cos(aᵢ, ·)) at bᵢ, over all texts
 * of the batch but those of the first column: every anchor should find its own second text among
 * all second texts and all hard negatives.
 *
 * Inputs: pairs (a, b) of texts that belong together, or with any number of hard negatives
 * (a, b, n₁, n₂ …); no label.
 * Requirements: no text that belongs to one pair may stand in another pair of the batch, as it
 * would be pushed away. Larger batches are better; the trainer's cached batches make them possible.
 * Source: Henderson et al. 2017, "Efficient Natural Language Response Suggestion for Smart Reply",
 * §4; reference: MultipleNegativesRankingLoss of sentence-transformers, `symmetric` with directions
 * query_to_doc and doc_to_query, partition_mode per_direction (Günther et al. 2023, "Jina
 * Embeddings 2").
 */
export function multipleNegatives(options: MultipleNegativesOptions = {}): Loss {
  return multipleNegativesLoss.build(options)
}

export const multipleNegativesLoss = defineLoss({
  name: 'multiple_negatives',
  data: 'pairs, triplets',
  summary:
    'each anchor must find its positive among all positives and negatives of the batch: larger batches are better',
  options: { scale: positive.default(20), symmetric: z.boolean().default(false) },
  inBatchNegatives: true,
  make: ({ scale, symmetric }) => ({
    columns: { min: 2, max: Number.POSITIVE_INFINITY },
    label: 'none',
    lack: severalCandidates,
    build(context) {
      const anchors = unitVectors(columnAt(context, 0))
      const positives = unitVectors(columnAt(context, 1))
      const negatives = context.columns.slice(2).map((column) => unitVectors(column))
      const forward = inBatchRanking(anchors, concat([positives, ...negatives], 0), scale)
      if (!symmetric) return forward
      return multiply(add(forward, inBatchRanking(positives, anchors, scale)), 0.5)
    },
  }),
})

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
