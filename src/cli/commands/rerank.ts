import type { ParsedArgs } from 'citty'
import { SCORE_ACTIVATIONS } from '../../checkpoint/constants.ts'
import { given } from '../../options/index.ts'
import type { RankedDocument } from '../../rerank/index.ts'
import { defineCommand } from '../command.ts'
import { UsageError, wholeNumber } from '../command-line.ts'
import {
  choices,
  JSON_FLAG,
  MODEL_FLAGS,
  PRECISION_FLAG,
  TEXT_FLAGS,
  TRUNCATE_FLAG,
} from '../flags.ts'
import { oneLine, shortScore } from '../format.ts'
import { textOptions, withDownload } from '../model.ts'
import { startProgress } from '../progress-display.ts'
import type { Shell } from '../shell.ts'
import { INPUT_FLAGS, inputTexts } from '../text-input.ts'

const ARGS = {
  query: { type: 'positional', required: true, description: 'What the documents may answer' },
  'document…': {
    type: 'positional',
    required: false,
    description: 'Texts to rank, instead of an --input file',
  },
  ...INPUT_FLAGS,
  'top-k': { type: 'string', valueHint: 'n', description: 'Documents to print (default: all)' },
  activation: {
    type: 'enum',
    options: choices(SCORE_ACTIVATIONS),
    description: 'What makes a score of the logit (default: as the model says)',
  },
  ...TEXT_FLAGS,
  ...TRUNCATE_FLAG,
  ...MODEL_FLAGS,
  model: {
    ...MODEL_FLAGS.model,
    description: 'The folder of a cross-encoder, or one on the hub (needed)',
  },
  ...PRECISION_FLAG,
  ...JSON_FLAG,
} as const

type RerankArgs = ParsedArgs<typeof ARGS>

/**
 * Prints a line for each document, the best first: score, index among the documents, text; or with
 * `--json` an object a line.
 */
export const rerank = defineCommand(ARGS, async (args, shell) => {
  const documents = await documentsOf(args, shell)
  for (const { index, score, text } of await rankingOf(documents, args, shell)) {
    if (args.json) shell.printJson({ index, score: shortScore(score), text })
    else shell.print(`${shell.style('dim', score.toFixed(4))}\t${index}\t${oneLine(text)}`)
  }
})

async function documentsOf(args: RerankArgs, shell: Shell): Promise<string[]> {
  const [, ...words] = args._
  const documents: string[] = []
  for await (const text of inputTexts(args, shell, words).texts) documents.push(text)
  return documents
}

async function rankingOf(
  documents: readonly string[],
  args: RerankArgs,
  shell: Shell,
): Promise<RankedDocument[]> {
  const { activation, truncate } = args
  const topK = wholeNumber('top-k', args['top-k'])
  await using reranker = await loadReranker(args, shell)
  const progress = await startProgress(shell, 'documents')
  try {
    return await reranker.rerank(args.query, documents, {
      ...textOptions(args),
      ...given({ activation, topK }),
      truncate,
      signal: shell.signal,
      onProgress: progress.update,
    })
  } finally {
    progress.stop()
  }
}

async function loadReranker(args: RerankArgs, shell: Shell) {
  const { model, backend, precision } = args
  if (!model) throw new UsageError('--model is missing; name a cross-encoder')
  const threads = wholeNumber('threads', args.threads)
  return withDownload(args, shell, async (options) => {
    const { Reranker } = await import('../../rerank/index.ts')
    return Reranker.load(model, { ...options, ...given({ threads, backend, precision }) })
  })
}
