import { at, type Numbers } from './numbers.ts'

/** Positions of the values, smallest value first. */
export function ascendingOrder(values: Numbers): Uint32Array {
  return Uint32Array.from({ length: values.length }, (_, index) => index).sort(
    (a, b) => at(values, a) - at(values, b),
  )
}

/** Where each run of equal values begins in their order, and at last its length: [groups + 1]. */
export function tieBorders(values: Numbers, order: Uint32Array): Uint32Array {
  const borders: number[] = []
  for (let position = 0; position < order.length; position += 1) {
    const isNew = position === 0 || values[at(order, position)] !== values[at(order, position - 1)]
    if (isNew) borders.push(position)
  }
  return Uint32Array.from([...borders, order.length])
}

/**
 * Ranks from 1; equal values share the mean of the ranks they take.
 * E.g. 3, 1, 3, 2 have the ranks 3.5, 1, 3.5, 2. Reference: scipy.stats.rankdata, method "average".
 */
export function averageRanks(values: Numbers): Float64Array {
  const order = ascendingOrder(values)
  const borders = tieBorders(values, order)
  const ranks = new Float64Array(values.length)
  for (let group = 0; group + 1 < borders.length; group += 1) {
    const [start, end] = [at(borders, group), at(borders, group + 1)]
    for (let position = start; position < end; position += 1)
      ranks[at(order, position)] = (start + 1 + end) / 2
  }
  return ranks
}
