import type { ParsedArgs } from 'citty'
import { given } from '../../options/index.ts'
import { defineCommand } from '../command.ts'
import { decimalNumber, wholeNumber } from '../command-line.ts'
import { shortScore } from '../format.ts'
import { compared, MINING_FLAGS, textsOf, vectorsOf } from '../mining.ts'
import { giveRows, ROW_OUTPUT_FLAG, writeRows } from '../row-output.ts'
import type { Shell } from '../shell.ts'

const FINDS = ['paraphrases', 'duplicates', 'negatives']

const ARGS = {
  find: {
    type: 'enum',
    options: FINDS,
    default: 'paraphrases',
    description: 'The most similar pairs; texts without near-duplicates; negatives for pairs',
  },
  threshold: {
    type: 'string',
    valueHint: 'cosine',
    description: 'How similar duplicates are (default 0.95), or paraphrases (default -1)',
  },
  'max-pairs': {
    type: 'string',
    valueHint: 'n',
    description: 'Paraphrases: the most pairs, the best are kept (default: 1000)',
  },
  'per-text': {
    type: 'string',
    valueHint: 'n',
    description: 'Paraphrases: only the n most similar of each text (default: all)',
  },
  removed: {
    type: 'string',
    valueHint: 'file',
    description: 'Duplicates: write what was removed, and why',
  },
  columns: {
    type: 'string',
    valueHint: 'anchor,positive',
    description: 'Negatives: the columns of the pairs, by name or from 0 (default: 0,1)',
  },
  corpus: {
    type: 'string',
    valueHint: 'file',
    description: 'Negatives: further texts to choose from (default: the positives only)',
  },
  negatives: {
    type: 'string',
    valueHint: 'n',
    description: 'Negatives for each anchor, at most (default: 3)',
  },
  margin: {
    type: 'string',
    valueHint: 'cosine',
    description: 'Negatives: how far below the positive they stay (default: anywhere)',
  },
  'relative-margin': {
    type: 'string',
    valueHint: 'share',
    description: "Negatives: the same as a share of the positive's score, e.g. 0.05",
  },
  'min-score': {
    type: 'string',
    valueHint: 'cosine',
    description: 'Negatives: how similar at least',
  },
  'max-score': {
    type: 'string',
    valueHint: 'cosine',
    description: 'Negatives: how similar at most',
  },
  'range-min': {
    type: 'string',
    valueHint: 'n',
    description: 'Negatives: pass over the n most similar (default: 0)',
  },
  'range-max': {
    type: 'string',
    valueHint: 'n',
    description: 'Negatives: choose from the n most similar',
  },
  ...ROW_OUTPUT_FLAG,
  ...MINING_FLAGS,
} as const

export type MineArgs = ParsedArgs<typeof ARGS>

/**
 * Prints or writes rows. paraphrases: score, the two texts, their indexes from 0. duplicates: the
 * texts that stay. negatives: triplets, as `yuju train` reads them.
 */
export const mine = defineCommand(ARGS, async (args, shell) => {
  switch (args.find) {
    case 'duplicates':
      return duplicates(args, shell)
    case 'negatives':
      return (await import('../hard-negatives.ts')).negatives(args, shell)
    default:
      return paraphrases(args, shell)
  }
})

const MAX_PAIRS = 1000

/** Gives the most similar pairs, the best first. */
async function paraphrases(args: MineArgs, shell: Shell): Promise<void> {
  const options = {
    maxPairs: wholeNumber('max-pairs', args['max-pairs']) ?? MAX_PAIRS,
    ...given({
      threshold: decimalNumber('threshold', args.threshold),
      perText: wholeNumber('per-text', args['per-text']),
    }),
  }
  const { mineParaphrases } = await import('../../mining/index.ts')
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

/** Gives the texts that stay, and tells on stderr and in `--removed` what went. */
async function duplicates(args: MineArgs, shell: Shell): Promise<void> {
  const options = given({ threshold: decimalNumber('threshold', args.threshold) })
  const { findDuplicates } = await import('../../mining/index.ts')
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
