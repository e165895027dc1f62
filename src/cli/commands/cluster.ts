import { given } from '../../options/index.ts'
import { defineCommand } from '../command.ts'
import { decimalNumber, wholeNumber } from '../command-line.ts'
import { compared, MINING_FLAGS, textsOf, vectorsOf } from '../mining.ts'
import { giveRows, ROW_OUTPUT_FLAG } from '../row-output.ts'

const ARGS = {
  threshold: {
    type: 'string',
    valueHint: 'cosine',
    description: 'How similar texts are to the centre of their group (default: 0.75)',
  },
  'min-size': {
    type: 'string',
    valueHint: 'n',
    description: 'The fewest texts of a group (default: 10)',
  },
  ...ROW_OUTPUT_FLAG,
  ...MINING_FLAGS,
} as const

/** Gives a row for each text in a group: the group, from 1, the text, and its index, from 0. */
export const cluster = defineCommand(ARGS, async (args, shell) => {
  const options = given({
    threshold: decimalNumber('threshold', args.threshold),
    minSize: wholeNumber('min-size', args['min-size']),
  })
  const { detectCommunities } = await import('../../mining/index.ts')
  const texts = await textsOf(args, shell)
  const vectors = await vectorsOf(texts, args, shell)
  const groups = await compared(args, shell, (more) =>
    detectCommunities(vectors, { ...options, ...more }),
  )
  const members = groups.flatMap((rows, index) =>
    rows.map((row) => ({ cluster: index + 1, text: texts[row] ?? '', row })),
  )
  shell.note(`${groups.length} groups hold ${members.length} of ${texts.length} texts`)
  await giveRows(members, { args, what: 'texts' }, shell)
})
