import { checkedExample, type Dataset } from './dataset.ts'

/**
 * Whether the label of each example is among the low ones (0) or the high ones (1); as many are low as
 * high, as far as equal labels let be parted. All are 0 where all labels are equal.
 */
export function labelGroups(dataset: Dataset): Uint8Array {
  const labels = Float64Array.from({ length: dataset.length }, (_, index) => {
    return checkedExample(dataset, index).label ?? 0
  })
  const least = leastHighLabel(labels.toSorted())
  return Uint8Array.from(labels, (label) => (label >= least ? 1 : 0))
}

/** The label whose first place in sorted labels is the nearest to the middle, but not the beginning. */
function leastHighLabel(sorted: Float64Array): number {
  let best = { label: Number.POSITIVE_INFINITY, distance: Number.POSITIVE_INFINITY }
  for (let at = 1; at < sorted.length; at += 1) {
    const label = sorted[at] ?? 0
    const distance = Math.abs(sorted.length / 2 - at)
    if (label !== sorted[at - 1] && distance < best.distance) best = { label, distance }
  }
  return best.label
}
