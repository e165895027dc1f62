import { CheckpointError } from '../errors/index.ts'
import type { ColumnRanges } from './activation-ranges.ts'

/** What float16 can hold: no encoder that is run in it goes beyond. */
const LARGEST = 65_504

/**
 * Requires ranges that whole numbers can be laid over: finite, from 0 or less to 0 or more in each
 * column, as `measureRanges` finds them, and not 0 alone in all.
 * @throws CheckpointError naming the first column that is not.
 */
export function requireRanges({ smallest, largest }: ColumnRanges, prefix: string): void {
  const wrong = smallest.findIndex((low, column) => {
    const high = largest[column] ?? Number.NaN
    return !(low >= -LARGEST && low <= 0 && high >= 0 && high <= LARGEST)
  })
  if (wrong >= 0) {
    throw unusable(prefix, `column ${wrong} from ${smallest[wrong]} to ${largest[wrong]}`)
  }
  if (smallest.every((low) => low === 0) && largest.every((high) => high === 0)) {
    throw unusable(prefix, 'nothing but zeros')
  }
}

function unusable(prefix: string, what: string): CheckpointError {
  return new CheckpointError(
    'checkpoint-ranges',
    `the activation ranges of ${prefix} cannot be used, they have ${what}: expected numbers from at ` +
      `least -${LARGEST} to at most ${LARGEST}, around 0; make them again with yuju quantize`,
    { facts: { prefix, what } },
  )
}
