import { CheckpointError } from '../errors/index.ts'
import type { ColumnRanges } from './activation-ranges.ts'

/** What float16 can hold: no encoder that is run in it goes beyond. */
const LARGEST = 65_504

interface Layer {
  readonly folder: string
  /** What stands before the names of its weights. */
  readonly prefix: string
}

/**
 * Requires ranges that whole numbers can be laid over: finite, from 0 or less to 0 or more in each
 * column, as `measureColumnRanges` finds them, and not 0 alone in all.
 * @throws CheckpointError naming the first column that is not.
 */
export function requireRanges({ smallest, largest }: ColumnRanges, layer: Layer): void {
  const wrong = smallest.findIndex((low, column) => {
    const high = largest[column] ?? Number.NaN
    return !(low >= -LARGEST && low <= 0 && high >= 0 && high <= LARGEST)
  })
  if (wrong >= 0) {
    throw unusable(layer, `column ${wrong} from ${smallest[wrong]} to ${largest[wrong]}`)
  }
  if (smallest.every((low) => low === 0) && largest.every((high) => high === 0)) {
    throw unusable(layer, 'nothing but zeros')
  }
}

function unusable({ folder, prefix }: Layer, what: string): CheckpointError {
  return new CheckpointError(
    'checkpoint-ranges',
    `the activation ranges of ${folder} cannot be used, they have ${what} for ${prefix}weight: expected ` +
      `numbers from -${LARGEST} to ${LARGEST}, around 0; make them again with yuju quantize`,
    { facts: { folder, prefix, what } },
  )
}
