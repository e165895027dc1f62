import type { ParsedArgs } from 'citty'
import { given } from '../../options/index.ts'
import type { Hit } from '../../search/index.ts'
import { defineCommand } from '../command.ts'
import { wholeNumber } from '../command-line.ts'
import { JSON_FLAG, MODEL_FLAGS, PRECISION_FLAG, TEXT_FLAGS } from '../flags.ts'
import { oneLine, shortScore } from '../format.ts'
import { encoderOf, namedModel, readCheckpoint } from '../model.ts'
import type { Shell } from '../shell.ts'
import { FILTER_FLAG, namedStore, STORE_FLAG, storeAccess } from '../store-flags.ts'

const ARGS = {
  text: { type: 'positional', required: true, description: 'What to look for' },
  ...STORE_FLAG,
  top: { type: 'string', valueHint: 'n', description: 'Texts to find, at most (default: 10)' },
  ...FILTER_FLAG,
  hybrid: { type: 'boolean', description: 'Look for words too, and fuse both by rank' },
  prompt: TEXT_FLAGS.prompt,
  'prompt-name': TEXT_FLAGS['prompt-name'],
  ...MODEL_FLAGS,
  ...PRECISION_FLAG,
  ...JSON_FLAG,
} as const

/** Prints a line for each hit: score, text, metadata; or with `--json` an object a line. */
export const search = defineCommand(ARGS, async (args, shell, valuesOf) => {
  for (const hit of await hitsOf(args, valuesOf('filter'), shell)) {
    if (args.json) shell.printJson({ ...hit, score: shortScore(hit.score) })
    else shell.print(lineOf(hit, shell))
  }
})

async function hitsOf(
  args: ParsedArgs<typeof ARGS>,
  conditions: readonly string[],
  shell: Shell,
): Promise<Hit[]> {
  const location = namedStore(args.store)
  const model = await namedModel(args.model, shell)
  const { openStore, parseFilter, TextSearch } = await import('../../search/index.ts')
  const store = await openStore(location, storeAccess(shell))
  try {
    const filter = parseFilter(conditions, store.settings)
    const checkpoint = await readCheckpoint(model, args, shell)
    await using encoder = await encoderOf(checkpoint, args, shell, args.precision)
    const searcher = await TextSearch.open(encoder, store)
    return await searcher.search(args.text, {
      ...given({ prompt: args.prompt, promptName: args['prompt-name'] }),
      ...given({ top: wholeNumber('top', args.top), hybrid: args.hybrid }),
      ...{ filter, signal: shell.signal },
    })
  } finally {
    await store.close()
  }
}

function lineOf({ score, text, metadata }: Hit, shell: Shell): string {
  const fields = Object.entries(metadata).map(([name, value]) => `${name}=${value}`)
  return [shell.style('dim', score.toFixed(4)), ...[text, ...fields].map(oneLine)].join('\t')
}
