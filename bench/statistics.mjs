// Medians, the spread between runs, and two programs measured in turns.
import { watchOtherLoad } from './other-load.mjs'

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

/** More than this share of the machine in other programs' hands, and a round says little. */
const BUSY = 0.05
/** Rounds that may be spent to find a quiet one. */
const MOST_ROUNDS = 6

/**
 * Calls two measurements in turn, the order swapped every round, after one round that is not
 * counted; gives what each measured, round by round. Rounds in which other programs were busy are
 * repeated, as they slow the two sides unequally; where too few are quiet, the quietest are given,
 * and `disturbance` says so.
 * @param {number} rounds
 * @param {{ ours: () => Promise<number>, theirs: () => Promise<number>, pids?: number[], most?: number }} sides
 *   and what `interleaveAll` takes: the programs, beside this one, that belong to the measurement, and how
 *   many rounds may be spent
 */
export async function interleave(rounds, { ours, theirs, pids = [], most }) {
  const { times, disturbance } = await interleaveAll(rounds, { ours, theirs }, { pids, most })
  return { ours: times.ours, theirs: times.theirs, disturbance }
}

/**
 * As `interleave`, of any number of measurements; who begins moves on by one every round.
 * @param {number} rounds
 * @param {Record<string, () => Promise<number>>} measurements
 * @param {{ pids: readonly number[], most?: number }} options programs, beside this one, that belong
 *   to the measurement; and how many rounds may be spent
 */
export async function interleaveAll(rounds, measurements, { pids, most = MOST_ROUNDS * rounds }) {
  const sides = Object.entries(measurements)
  for (const [, measure] of sides) await measure()
  const all = []
  const quiet = () => all.filter(({ load }) => load <= BUSY).length
  while (quiet() < rounds && all.length < most) {
    const otherLoad = watchOtherLoad(pids)
    const values = {}
    const first = all.length % sides.length
    for (const [side, measure] of [...sides.slice(first), ...sides.slice(0, first)]) {
      values[side] = await measure()
    }
    all.push({ values, load: otherLoad() })
  }
  const best = all.toSorted((a, b) => a.load - b.load).slice(0, rounds)
  return {
    times: Object.fromEntries(
      sides.map(([side]) => [side, best.map(({ values }) => values[side])]),
    ),
    disturbance: disturbance(best.at(-1).load),
  }
}

/** @param {number} load the largest share of the machine that others had */
function disturbance(load) {
  return load <= BUSY ? '' : `; other programs had up to ${round(100 * load)} % of the machine`
}
