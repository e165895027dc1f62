/** How large a batch may be. */
export interface BatchLimits {
  /** The most pieces, padding included; a text longer than that is a batch of its own. */
  readonly tokens: number
  /** The most texts. */
  readonly rows: number
}

/**
 * Puts texts of similar length into the same batch, longest first, so that little is padding and a
 * batch that is too large for the memory fails at once.
 * @param lengths pieces of each text
 * @returns the numbers of the texts in each batch; each number occurs once
 */
export function formBatches(lengths: ArrayLike<number>, limits: BatchLimits): number[][] {
  const batches: number[][] = []
  let batch: number[] = []
  let longest = 0
  for (const index of longestFirst(lengths)) {
    if (batch.length >= limits.rows || (batch.length + 1) * longest > limits.tokens) {
      if (batch.length > 0) batches.push(batch)
      batch = []
    }
    if (batch.length === 0) longest = lengths[index] ?? 0
    batch.push(index)
  }
  if (batch.length > 0) batches.push(batch)
  return batches
}

/**
 * Places by length, and in their order among equals. The runtime sorts numbers many times faster than
 * by a function, which would hold up the program's other work.
 */
function longestFirst(lengths: ArrayLike<number>): Float64Array {
  const count = lengths.length
  const keys = Float64Array.from(lengths, (length, place) => place - length * count)
  return keys.sort().map((key) => ((key % count) + count) % count)
}
