/** Gives whole numbers from 0 to `below` - 1, all equally likely. */
export type RandomIndex = (below: number) => number

/**
 * Random numbers that are the same for the same seed, on every machine.
 * Reference: mulberry32 by Tommy Ettinger, 2017; one 32-bit state, 2³² numbers before it repeats.
 */
export function seededRandom(seed: number): RandomIndex {
  let state = seed | 0
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}
