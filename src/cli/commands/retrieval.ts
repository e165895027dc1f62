import type { ParsedArgs } from 'citty'
import type { RetrievalData, RetrievalResult } from '../../evaluate/index.ts'
import { given } from '../../options/index.ts'
import type { Table } from '../../tables/index.ts'
import { defineCommand } from '../command.ts'
import { wholeNumber } from '../command-line.ts'
import { JSON_FLAG, PRECISION_FLAG, RUN_FLAGS } from '../flags.ts'
import { encoderOf, readCheckpoint } from '../model.ts'
import { modelNames } from '../model-names.ts'
import type { Shell } from '../shell.ts'
import { UsageError } from '../usage-error.ts'

const ARGS = {
  'model…': {
    type: 'positional',
    required: true,
    description: 'Model folders, or owner/name on the hub',
  },
  queries: { type: 'string', valueHint: 'file', description: 'Rows of id and text (required)' },
  corpus: { type: 'string', valueHint: 'file', description: 'Rows of id and text (required)' },
  relevance: {
    type: 'string',
    valueHint: 'file',
    description: 'Rows of query id, document id and gain (required)',
  },
  header: { type: 'boolean', description: 'The first row of tsv and csv files holds names' },
  'query-prompt': {
    type: 'string',
    valueHint: 'text',
    description: 'Put this before every query',
  },
  'corpus-prompt': {
    type: 'string',
    valueHint: 'text',
    description: 'Put this before every document',
  },
  'max-length': {
    type: 'string',
    valueHint: 'n',
    description: "Pieces a text may have (default, and at most: the model's limit)",
  },
  ...PRECISION_FLAG,
  ...RUN_FLAGS,
  ...JSON_FLAG,
} as const

type RetrievalArgs = ParsedArgs<typeof ARGS>
type ModelResult = RetrievalResult & { readonly model: string }

/** Prints a table, or with `--json` a list of results. */
export const retrieval = defineCommand(ARGS, async (args, shell) => {
  const { queries, corpus, relevance } = args
  if (!queries || !corpus || !relevance) {
    throw new UsageError('--queries, --corpus and --relevance are needed; name a file in each')
  }
  const { loadRetrieval } = await import('../../evaluate/index.ts')
  const files = { queries, corpus, relevance, ...given({ header: args.header }) }
  const data = await loadRetrieval(files)
  const results: ModelResult[] = []
  const names = modelNames(args._)
  for (const [index, model] of args._.entries()) {
    const result = await evaluateModel(model, data, { args, shell })
    results.push({ model: names[index] ?? model, ...result })
  }
  if (args.json) return shell.printJson(results)
  const { textTable } = await import('../../tables/index.ts')
  shell.print(textTable(tableOf(results)))
})

async function evaluateModel(
  model: string,
  data: RetrievalData,
  { args, shell }: { readonly args: RetrievalArgs; readonly shell: Shell },
): Promise<RetrievalResult> {
  const { evaluateRetrieval } = await import('../../evaluate/index.ts')
  const checkpoint = await readCheckpoint(model, args, shell)
  await using encoder = await encoderOf(checkpoint, args, shell, args.precision)
  const maxLength = wholeNumber('max-length', args['max-length'])
  const encodeWith = (prompt: string | undefined) => (texts: readonly string[]) =>
    encoder.encode(texts, { ...given({ prompt, maxLength }), signal: shell.signal })
  const encode = {
    query: encodeWith(args['query-prompt']),
    corpus: encodeWith(args['corpus-prompt']),
  }
  const similarity = encoder.similarityName
  return await evaluateRetrieval(encode, data, { similarity })
}

function tableOf(results: readonly ModelResult[]): Table {
  const [first] = results
  const points = (value: number) => value.toFixed(2)
  return {
    title: `${first?.queries} queries, ${first?.documents} documents; all times 100`,
    columns: ['model', 'nDCG@10', '95 % interval', 'MRR@10', 'recall@1', '@10', '@100'],
    rows: results.map(({ model, ndcg10, interval, mrr10, recall1, recall10, recall100 }) => [
      model,
      points(ndcg10),
      `${points(interval[0])} to ${points(interval[1])}`,
      ...[mrr10, recall1, recall10, recall100].map(points),
    ]),
  }
}
