// Medians and the spread between runs.

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** @param {number[]} values smallest and largest, as text */
export function spread(values) {
  return `${round(Math.min(...values))} to ${round(Math.max(...values))} over ${values.length} runs`
}

/** Three significant digits. @param {number} value */
export function round(value) {
  return Number(value.toPrecision(3))
}

/**
 * Calls two measurements in turn, the order swapped every round, after one round that is not
 * counted; gives what each measured, round by round.
 * @param {number} rounds
 * @param {() => Promise<number>} ours
 * @param {() => Promise<number>} theirs
 */
export async function interleave(rounds, ours, theirs) {
  const results = { ours: [], theirs: [] }
  for (let round = -1; round < rounds; round += 1) {
    const pair = round % 2 === 0 ? ['ours', 'theirs'] : ['theirs', 'ours']
    for (const side of pair) {
      const value = await (side === 'ours' ? ours() : theirs())
      if (round >= 0) results[side].push(value)
    }
  }
  return results
}
