import type { Value } from '../../graph/index.ts'
import {
  add,
  and,
  cast,
  divide,
  equal,
  greater,
  less,
  maximum,
  reduceMax,
  reduceMin,
  relu,
  subtract,
  where,
} from '../../graph/operations.ts'
import { type ContrastiveOptions, contrastiveOptions, pairDistance } from './contrastive.ts'
import { defineLoss } from './define-loss.ts'
import { type Loss, labels, severalExamples } from './loss.ts'
import { square, sum } from './reductions.ts'

/** Beyond every distance. */
const FAR = 3.4e38

/**
 * Contrastive loss on the difficult pairs of a batch: Σ d² over the similar pairs that lie further
 * apart than the closest dissimilar pair, plus Σ max(0, margin - d)² over the dissimilar pairs that lie
 * closer than the furthest similar pair. Where a batch has only one of the two kinds, the limit is
 * their mean.
 *
 * Inputs: as `contrastive`; pairs with any other label are ignored. A sum, not a mean: it grows
 * with the batch.
 * Source: OnlineContrastiveLoss of sentence-transformers.
 */
export function onlineContrastive(options: ContrastiveOptions = {}): Loss {
  return onlineContrastiveLoss.build(options)
}

export const onlineContrastiveLoss = defineLoss({
  name: 'online_contrastive',
  data: 'labelled pairs',
  summary: 'the same, counting only the hard pairs of a batch',
  options: contrastiveOptions,
  make: ({ margin, distance }) => ({
    columns: { min: 2, max: 2 },
    label: 'binary',
    comparesLabels: true,
    // Of a single pair the distance is the mean, and not beyond it.
    lack: severalExamples(2),
    build(context) {
      const label = labels(context)
      const apart = pairDistance(context, distance)
      const [similar, dissimilar] = [equal(label, 1), equal(label, 0)]
      const furthest = reduceMax(where(similar, apart, -FAR), 0)
      const closest = reduceMin(where(dissimilar, apart, FAR), 0)
      const farLimit = where(any(similar), furthest, meanWhere(dissimilar, apart))
      const nearLimit = where(any(dissimilar), closest, meanWhere(similar, apart))
      const hardSimilar = and(similar, greater(apart, nearLimit))
      const hardDissimilar = and(dissimilar, less(apart, farLimit))
      const pulled = where(hardSimilar, square(apart), 0)
      const pushed = where(hardDissimilar, square(relu(subtract(margin, apart))), 0)
      return add(sum(pulled), sum(pushed))
    },
  }),
})

const count = (chosen: Value) => sum(cast(chosen, 'float32'))

const any = (chosen: Value) => greater(count(chosen), 0)

const meanWhere = (chosen: Value, x: Value) =>
  divide(sum(where(chosen, x, 0)), maximum(count(chosen), 1))
