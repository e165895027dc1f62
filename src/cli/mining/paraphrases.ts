import { mineParaphrases } from '../../mining/index.ts'
import { given } from '../../options/index.ts'
import { decimalNumber, wholeNumber } from '../command-line.ts'
import type { MineArgs } from '../commands/mine.ts'
import { giveRows, shortScore } from '../row-output.ts'
import type { Shell } from '../shell.ts'
import { compared, textsOf, vectorsOf } from './mining-flags.ts'

const MAX_PAIRS = 1000

/** Gives the most alike pairs, the best first. */
export async function paraphrases(args: MineArgs, shell: Shell): Promise<void> {
  const options = {
    maxPairs: wholeNumber('max-pairs', args['max-pairs']) ?? MAX_PAIRS,
    ...given({
      threshold: decimalNumber('threshold', args.threshold),
      perText: wholeNumber('per-text', args['per-text']),
    }),
  }
  const texts = await textsOf(args, shell)
  const vectors = await vectorsOf(texts, args, shell)
  const pairs = await compared(args, shell, (more) =>
    mineParaphrases(vectors, { ...options, ...more }),
  )
  const rows = pairs.map(({ first, second, score }) => {
    const both = { text1: texts[first] ?? '', text2: texts[second] ?? '' }
    return { score: shortScore(score), ...both, row1: first, row2: second }
  })
  await giveRows(rows, { args, what: 'pairs' }, shell)
}
