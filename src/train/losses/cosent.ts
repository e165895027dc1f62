import type { Value } from '../../graph/index.ts'
import {
  cast,
  concat,
  greater,
  integers,
  logSumExp,
  multiply,
  subtract,
  unsqueeze,
  where,
} from '../../graph/operations.ts'
import { defineLoss, positive } from './define-loss.ts'
import { columnAt, differentLabels, type Loss, labels } from './loss.ts'
import { cosine } from './similarity.ts'

/** Far enough below every scaled cosine that its exponential is exactly 0. */
const NEVER = -3.4e38

export interface CosentOptions {
  /** The inverse temperature. Default 20. */
  readonly scale?: number
}

/**
 * Cosine sentence loss: log(1 + Σ exp(scale · (cos(k,l) - cos(i,j)))) over all pairs of pairs where
 * the label of (i,j) is greater than that of (k,l): every pair should lie closer than those with a
 * lower score.
 *
 * Inputs: pairs with a score as label. Only the order of the scores matters, so their range is
 * free.
 * Requirements: different labels within a batch; where all are equal the loss is 0.
 * Memory: P × P numbers. Stronger than `cosineSimilarity` on the same data, in most reports.
 * Source: Huang et al. 2024, "CoSENT: Consistent Sentence Embedding via Similarity Ranking";
 * reference: CoSENTLoss of sentence-transformers.
 */
export function cosent(options: CosentOptions = {}): Loss {
  return cosentLoss.build(options)
}

export const cosentLoss = defineLoss({
  name: 'cosent',
  data: 'scored pairs',
  summary:
    'ranks: log(1 + Σ exp(scale·(c_j - c_i))) over pairs with y_i > y_j. The first choice for graded and binary labels',
  options: { scale: positive.default(20) },
  make: ({ scale }) => ({
    columns: { min: 2, max: 2 },
    label: 'score',
    comparesLabels: true,
    lack: differentLabels,
    build(context) {
      const scores = multiply(cosine(columnAt(context, 0), columnAt(context, 1)), scale)
      const label = labels(context)
      const isHigher = greater(column(label), row(label))
      const disorder = where(isHigher, subtract(row(scores), column(scores)), NEVER)
      const one = cast(integers(context.graph, [0]), 'float32')
      return logSumExp(concat([one, logSumExp(disorder, 1)], 0), 0)
    },
  }),
})

/** [P,1] */
const column = (x: Value) => unsqueeze(x, 1)
/** [1,P] */
const row = (x: Value) => unsqueeze(x, 0)
