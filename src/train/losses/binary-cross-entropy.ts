import { add, concat, logSumExp, multiply, subtract, unsqueeze } from '../../graph/operations.ts'
import { defineLoss, positive } from './define-loss.ts'
import { columnAt, type Loss, labels, logitsOf } from './loss.ts'
import { mean } from './reductions.ts'

export interface BinaryCrossEntropyOptions {
  /** What examples of label 1 count, in terms of those of label 0. Default 1. */
  readonly posWeight?: number
}

/**
 * Binary cross-entropy of a cross-encoder's logit x and the label y, w the weight of positives: mean of
 * (1 - y)·x + (1 + (w - 1)·y)·log(1 + e⁻ˣ), which is -w·y·log σ(x) - (1 - y)·log(1 - σ(x)).
 *
 * Inputs: pairs (query, document) with a label from 0 to 1.
 * Requirements: a cross-encoder.
 * Reference: BinaryCrossEntropyLoss of sentence-transformers, BCEWithLogitsLoss of PyTorch.
 */
export function binaryCrossEntropy(options: BinaryCrossEntropyOptions = {}): Loss {
  return binaryCrossEntropyLoss.build(options)
}

export const binaryCrossEntropyLoss = defineLoss({
  name: 'binary_cross_entropy',
  data: 'labelled pairs, scored pairs from 0 to 1; a cross-encoder',
  summary: 'the probability that a pair belongs together becomes the label',
  options: { posWeight: positive.default(1) },
  make: ({ posWeight }) => ({
    columns: { min: 2, max: 2 },
    label: 'score',
    scoresPairs: true,
    build(context) {
      const logits = logitsOf(columnAt(context, 0))
      const y = labels(context)
      const [none, negative] = [multiply(logits, 0), multiply(logits, -1)]
      const softplus = logSumExp(concat([unsqueeze(none, 1), unsqueeze(negative, 1)], 1), 1)
      const weight = add(multiply(y, posWeight - 1), 1)
      return mean(add(multiply(subtract(1, y), logits), multiply(weight, softplus)))
    },
  }),
})
