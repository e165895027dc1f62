import type { ParsedArgs } from 'citty'
import type { EncodedTexts, EncodeOptions, OutputType } from '../../encoder/index.ts'
import { createVectorWriter, rowsOf, shortNumbers, type VectorWriter } from '../../files/index.ts'
import { given } from '../../options/index.ts'
import { defineCommand } from '../command.ts'
import { wholeNumber } from '../command-line.ts'
import {
  JSON_FLAG,
  MODEL_FLAGS,
  PRECISION_FLAG,
  TEXT_FLAGS,
  TRUNCATE_FLAG,
  VECTOR_FLAGS,
} from '../flags.ts'
import { grouped, vectorHead } from '../format.ts'
import { loadEncoder, namedModel, textOptions } from '../model.ts'
import { startProgress } from '../progress-display.ts'
import type { Shell } from '../shell.ts'
import { INPUT_FLAGS, inputTexts } from '../text-input.ts'

const ARGS = {
  'text…': {
    type: 'positional',
    required: false,
    description: 'Texts to encode, instead of an --input file',
  },
  ...INPUT_FLAGS,
  output: {
    type: 'string',
    valueHint: 'file',
    description: 'Write vectors to .npy, .jsonl or .parquet (default: print them)',
  },
  ...VECTOR_FLAGS,
  ...TEXT_FLAGS,
  ...TRUNCATE_FLAG,
  ...MODEL_FLAGS,
  ...PRECISION_FLAG,
  ...JSON_FLAG,
} as const

type EncodeArgs = ParsedArgs<typeof ARGS>
type Blocks = AsyncIterable<EncodedTexts>

/**
 * Prints the head of each vector, or with `--json` a line `{text, embedding, tokens, truncated}`
 * for each; with `--output`, writes the file and prints what was written.
 */
export const encode = defineCommand(ARGS, async (args, shell) => {
  const input = inputTexts(args, shell)
  const model = await namedModel(args.model, shell)
  const options = encodeOptions(args, shell)
  const writer = args.output === undefined ? undefined : await createVectorWriter(args.output)
  try {
    const { encodeTexts } = await import('../../encoder/index.ts')
    await using encoder = await loadEncoder(model, args, shell, args.precision)
    const progress = await startProgress(shell, 'texts')
    const onProgress = ({ done }: { readonly done: number }) =>
      progress.update({ done, total: input.total })
    const blocks = encodeTexts(encoder, input.texts, { ...options, onProgress })
    try {
      await (writer
        ? writeBlocks(blocks, { writer, args }, shell)
        : printBlocks(blocks, args, shell))
    } finally {
      progress.stop()
    }
  } finally {
    await writer?.abort()
  }
})

function encodeOptions(args: EncodeArgs, { signal }: Shell): EncodeOptions<OutputType> {
  return {
    ...textOptions(args),
    ...given({
      normalize: args.normalize,
      dimensions: wholeNumber('dimensions', args.dimensions),
      batchSize: wholeNumber('batch-size', args['batch-size']),
    }),
    output: args.type,
    truncate: args.truncate,
    signal,
  }
}

async function printBlocks(blocks: Blocks, { json }: EncodeArgs, shell: Shell): Promise<void> {
  for await (const { texts, embeddings } of blocks) {
    for (const [row, vector] of rowsOf(embeddings).entries()) {
      const text = texts[row] ?? ''
      const tokens = embeddings.tokens[row]
      const truncated = embeddings.truncated[row]
      if (json) shell.printJson({ text, embedding: shortNumbers(vector), tokens, truncated })
      else shell.print(`${shell.style('bold', text)}\n${vectorHead(vector)}`)
    }
  }
}

interface WriteTask {
  readonly writer: VectorWriter
  readonly args: EncodeArgs
}

async function writeBlocks(
  blocks: Blocks,
  { writer, args }: WriteTask,
  shell: Shell,
): Promise<void> {
  const start = performance.now()
  let [rows, dimensions, tokens, truncated] = [0, 0, 0, 0]
  for await (const { texts, embeddings } of blocks) {
    await writer.write(embeddings, texts)
    rows += embeddings.rows
    dimensions = embeddings.dimensions
    tokens += embeddings.tokens.reduce((sum, count) => sum + count, 0)
    truncated += embeddings.truncated.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0)
  }
  shell.signal.throwIfAborted()
  await writer.finish()
  const seconds = (performance.now() - start) / 1000
  const { output, type } = args
  if (args.json) {
    return shell.printJson({ output, rows, dimensions, type, tokens, truncated, seconds })
  }
  const rate = grouped(rows / seconds)
  shell.print(
    `${output}: ${grouped(rows)} vectors, ${dimensions} x ${type}, ${rate} texts a second`,
  )
}
