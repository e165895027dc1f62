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
 * Contrastive loss on the difficult pairs of a batch: Σ d² over the alike pairs that lie further
 * apart than the closest unlike pair, plus Σ max(0, margin - d)² over the unlike pairs that lie
 * closer than the furthest alike pair. Where a batch has only one of the two kinds, the limit is
 * their mean.
 *
 * Inputs: as `contrastive`; pairs with any other label are left out. A sum, not a mean: it grows
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
      const [alike, unlike] = [equal(label, 1), equal(label, 0)]
      const furthest = reduceMax(where(alike, apart, -FAR), 0)
      const closest = reduceMin(where(unlike, apart, FAR), 0)
      const farLimit = where(any(alike), furthest, meanWhere(unlike, apart))
      const nearLimit = where(any(unlike), closest, meanWhere(alike, apart))
      const hardAlike = and(alike, greater(apart, nearLimit))
      const hardUnlike = and(unlike, less(apart, farLimit))
      const pulled = where(hardAlike, square(apart), 0)
      const pushed = where(hardUnlike, square(relu(subtract(margin, apart))), 0)
      return add(sum(pulled), sum(pushed))
    },
  }),
})

const count = (chosen: Value) => sum(cast(chosen, 'float32'))

const any = (chosen: Value) => greater(count(chosen), 0)

const meanWhere = (chosen: Value, x: Value) =>
  divide(sum(where(chosen, x, 0)), maximum(count(chosen), 1))
