import type { ParsedArgs } from 'citty'
import type { RetrievalSet } from '../../evaluate/index.ts'
import type { RetrievalModel } from '../../evaluate/internal.ts'
import { given } from '../../options/index.ts'
import { defineCommand } from '../command.ts'
import { UsageError, wholeNumber } from '../command-line.ts'
import { evaluateModel, ROLE_PROMPT_FLAGS, VECTOR_CACHE_FLAG } from '../evaluated-model.ts'
import { JSON_FLAG, MODELS_ARGUMENT, PRECISION_FLAG, RUN_FLAGS, TEXT_FLAGS } from '../flags.ts'
import { modelNames } from '../model-names.ts'

const ARGS = {
  ...MODELS_ARGUMENT,
  data: {
    type: 'string',
    valueHint: 'folder',
    description: 'A folder with queries, corpus and relevance; may be given again for others',
  },
  queries: { type: 'string', valueHint: 'file', description: 'Instead: rows of id and text' },
  corpus: { type: 'string', valueHint: 'file', description: 'Rows of id and text' },
  relevance: {
    type: 'string',
    valueHint: 'file',
    description: 'Rows of query id, document id and gain',
  },
  header: { type: 'boolean', description: 'The first row of tsv and csv files holds names' },
  ...ROLE_PROMPT_FLAGS,
  'max-length': TEXT_FLAGS['max-length'],
  ...VECTOR_CACHE_FLAG,
  ...PRECISION_FLAG,
  ...RUN_FLAGS,
  ...JSON_FLAG,
} as const

type RetrievalArgs = ParsedArgs<typeof ARGS>

/** Prints a table, or with `--json` a list of results, one for each model and set. */
export const retrieval = defineCommand(ARGS, async (args, shell, valuesOf) => {
  const sets = await setsOf(args, valuesOf('data'))
  const names = modelNames(args._)
  const maxLength = wholeNumber('max-length', args['max-length'])
  const prompts = { query: args['query-prompt'], document: args['corpus-prompt'] }
  const models: RetrievalModel[] = []
  for (const [index, model] of args._.entries()) {
    const name = names[index] ?? model
    const options = { options: given({ maxLength }), prompts, precision: args.precision }
    const data = { tasks: [], retrieval: sets }
    const results = await evaluateModel({ model, name, ...options }, data, { args, shell })
    models.push({ model: name, retrieval: results.retrieval ?? [] })
  }
  if (args.json) {
    const rows = models.flatMap(({ model, retrieval: results }) =>
      results.map((result) => ({ model, ...result })),
    )
    return shell.printJson(rows)
  }
  const { retrievalTable } = await import('../../evaluate/internal.ts')
  const { textTable } = await import('../../tables/index.ts')
  shell.print(textTable(retrievalTable(models)))
})

async function setsOf(args: RetrievalArgs, folders: readonly string[]): Promise<RetrievalSet[]> {
  const { queries, corpus, relevance } = args
  const { loadRetrieval, loadRetrievalSet } = await import('../../evaluate/index.ts')
  const sets = await Promise.all(folders.map(loadRetrievalSet))
  if (sets.length > 0 && !queries && !corpus && !relevance) return sets
  if (!queries || !corpus || !relevance) {
    throw new UsageError('name folders in --data, or files in --queries, --corpus and --relevance')
  }
  const data = await loadRetrieval({
    queries,
    corpus,
    relevance,
    ...given({ header: args.header }),
  })
  return [...sets, { name: queries, ...data }]
}
