import type { ParsedArgs } from 'citty'
import { defineCommand } from '../command.ts'
import { MINING_FLAGS } from '../mining/mining-flags.ts'
import { ROW_OUTPUT_FLAG } from '../row-output.ts'

const FINDS = ['paraphrases', 'duplicates', 'negatives']

const ARGS = {
  find: {
    type: 'enum',
    options: FINDS,
    default: 'paraphrases',
    description: 'The most alike pairs; texts without near-duplicates; negatives for pairs',
  },
  threshold: {
    type: 'string',
    valueHint: 'cosine',
    description: 'How alike duplicates are (default 0.95), or paraphrases (default -1)',
  },
  'max-pairs': {
    type: 'string',
    valueHint: 'n',
    description: 'Paraphrases: the most pairs, the best are kept (default: 1000)',
  },
  'per-text': {
    type: 'string',
    valueHint: 'n',
    description: 'Paraphrases: only the n most alike of each text (default: all)',
  },
  removed: {
    type: 'string',
    valueHint: 'file',
    description: 'Duplicates: write what was left out here, and why',
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
    description: 'Negatives: how alike at least',
  },
  'max-score': { type: 'string', valueHint: 'cosine', description: 'Negatives: how alike at most' },
  'range-min': {
    type: 'string',
    valueHint: 'n',
    description: 'Negatives: pass over the n most alike (default: 0)',
  },
  'range-max': {
    type: 'string',
    valueHint: 'n',
    description: 'Negatives: choose from the n most alike',
  },
  ...ROW_OUTPUT_FLAG,
  ...MINING_FLAGS,
} as const

export type MineArgs = ParsedArgs<typeof ARGS>

/**
 * Prints or writes rows. paraphrases: score, the two texts, their places from 0. duplicates: the
 * texts that stay. negatives: triplets, as `yuju train` reads them.
 */
export const mine = defineCommand(ARGS, async (args, shell) => {
  switch (args.find) {
    case 'duplicates':
      return (await import('../mining/duplicates.ts')).duplicates(args, shell)
    case 'negatives':
      return (await import('../mining/negatives.ts')).negatives(args, shell)
    default:
      return (await import('../mining/paraphrases.ts')).paraphrases(args, shell)
  }
})
