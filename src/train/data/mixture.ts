import { Random } from './random.ts'

/** Which source each batch of a run comes from, and which of that source's batches it is. */
export interface Mixture {
  readonly source: Uint16Array
  /** Counted from 0 through all passes over the source. */
  readonly ordinal: Uint32Array
}

/** Shares `total` among weights, in whole numbers by largest remainders (Hare and Hamilton). */
export function shareOut(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0)
  const exact = weights.map((weight) => (total * weight) / sum)
  const shares = exact.map(Math.floor)
  let left = total - shares.reduce((all, share) => all + share, 0)
  const remainders = exact.map((share, at) => ({ at, remainder: share - Math.floor(share) }))
  remainders.sort((a, b) => b.remainder - a.remainder || a.at - b.at)
  for (const { at } of remainders) {
    if (left <= 0) break
    shares[at] = (shares[at] ?? 0) + 1
    left -= 1
  }
  return shares
}

/**
 * Spreads the batches of several sources over blocks, such as epochs. In a block, the j-th of n
 * batches of a source comes at the random position (j + u) / n, u from 0 to 1: the order is random, yet
 * any stretch has about the shares of the whole.
 * @param blocks for each, how many batches of each source
 */
export function mixture(blocks: readonly (readonly number[])[], seed: number): Mixture {
  const total = blocks.flat().reduce((all, count) => all + count, 0)
  const mixed = { source: new Uint16Array(total), ordinal: new Uint32Array(total) }
  const given: number[] = []
  let at = 0
  for (const [block, counts] of blocks.entries()) {
    for (const source of spread(counts, Random.of(seed, MIXTURE_STREAM, block))) {
      mixed.source[at] = source
      mixed.ordinal[at] = given[source] ?? 0
      given[source] = (given[source] ?? 0) + 1
      at += 1
    }
  }
  return mixed
}

const MIXTURE_STREAM = 1

function spread(counts: readonly number[], random: Random): number[] {
  const positions = counts.flatMap((count, source) =>
    Array.from({ length: count }, (_, j) => ({
      source,
      position: (j + random.fraction()) / count,
    })),
  )
  positions.sort((a, b) => a.position - b.position || a.source - b.source)
  return positions.map(({ source }) => source)
}
