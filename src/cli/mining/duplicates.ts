import { findDuplicates } from '../../mining/index.ts'
import { given } from '../../options/index.ts'
import { decimalNumber } from '../command-line.ts'
import type { MineArgs } from '../commands/mine.ts'
import { giveRows, shortScore, writeRows } from '../row-output.ts'
import type { Shell } from '../shell.ts'
import { compared, textsOf, vectorsOf } from './mining-flags.ts'

/** Gives the texts that stay, and tells on stderr and in `--removed` what went. */
export async function duplicates(args: MineArgs, shell: Shell): Promise<void> {
  const options = given({ threshold: decimalNumber('threshold', args.threshold) })
  const texts = await textsOf(args, shell)
  const vectors = await vectorsOf(texts, args, shell)
  const found = await compared(args, shell, (more) =>
    findDuplicates(vectors, { ...options, ...more }),
  )
  const gone = new Set(found.map(({ row }) => row))
  if (args.removed !== undefined) {
    const removed = found.map(({ row, of, score }) => {
      const both = { removed: texts[row] ?? '', kept: texts[of] ?? '' }
      return { score: shortScore(score), ...both, removedRow: row, keptRow: of }
    })
    await writeRows(args.removed, removed)
  }
  shell.note(`${gone.size} of ${texts.length} texts were near-duplicates of an earlier one`)
  const kept = texts.filter((_, row) => !gone.has(row)).map((text) => ({ text }))
  await giveRows(kept, { args, what: 'texts' }, shell)
}
