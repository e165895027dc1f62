import type { Dataset, Example } from '../../train/index.ts'

/** A data set of which some examples are kept from training. */
export interface SplitDataset {
  readonly training: Dataset
  readonly heldOut: readonly Example[]
}

/**
 * Keeps `count` examples from training, evenly spread over the data set: every n-th.
 * @param count at most a tenth of the examples is held out, whatever it says
 */
export function holdOut(dataset: Dataset, count: number): SplitDataset {
  const most = Math.min(count, Math.floor(dataset.length / 10))
  if (most === 0) return { training: dataset, heldOut: [] }
  const every = Math.floor(dataset.length / most)
  const heldOut = Array.from({ length: most }, (_, at) => dataset.example(at * every))
  return { training: without(dataset, { every, count: most }), heldOut }
}

/** Without every n-th example, as far as `count` of them go. */
function without(
  dataset: Dataset,
  { every, count }: { readonly every: number; readonly count: number },
): Dataset {
  const left = count * (every - 1)
  return {
    name: dataset.name,
    kind: dataset.kind,
    columns: dataset.columns,
    hash: dataset.hash,
    length: dataset.length - count,
    example: (index) =>
      dataset.example(index < left ? index + Math.floor(index / (every - 1)) + 1 : index + count),
  }
}
