import type { ParsedArgs } from 'citty'
import { BULK_TRUNCATION, BULK_TYPES } from '../../bulk/constants.ts'
import { TEXT_FORMATS, VECTOR_FORMATS } from '../../files/index.ts'
import { given } from '../../options/index.ts'
import { columnOf, namedColumns } from '../columns.ts'
import { defineCommand } from '../command.ts'
import { decimalNumber, UsageError, wholeNumber } from '../command-line.ts'
import { choices, HUB_FLAGS, JSON_FLAG, MODEL_FLAGS, TEXT_FLAGS, VECTOR_FLAGS } from '../flags.ts'
import { grouped } from '../format.ts'
import { namedModel, readCheckpoint, textOptions } from '../model.ts'
import { RECORD_FLAGS, STORE_FLAG } from '../store-flags.ts'
import { connectRuns, RUN_FLAGS } from './runs.ts'

const ARGS = {
  ...RUN_FLAGS,
  name: { ...RUN_FLAGS.name, description: 'What the run shall be called' },
  input: {
    type: 'string',
    valueHint: 'folder|pattern|s3://…',
    description: 'Files of texts, where every worker can read them',
  },
  column: {
    type: 'string',
    valueHint: 'name|n',
    description: 'The column of texts, as of encode (default: the only one, or text)',
  },
  format: {
    type: 'enum',
    options: choices(TEXT_FORMATS),
    description: 'The format of the files (default: what their names say)',
  },
  output: {
    type: 'string',
    valueHint: 'folder|s3://…',
    description: 'Where files of vectors go; every worker must be able to write there',
  },
  store: {
    ...STORE_FLAG.store,
    description: 'Instead of files: a folder (LanceDB), or a collection of a Milvus server',
  },
  ...RECORD_FLAGS,
  'output-format': {
    type: 'enum',
    options: choices(VECTOR_FORMATS),
    description: 'Texts and vectors, or (npy) only vectors (default: parquet)',
  },
  model: MODEL_FLAGS.model,
  normalize: VECTOR_FLAGS.normalize,
  type: {
    type: 'enum',
    options: choices(BULK_TYPES),
    default: 'float32',
    description: 'Data type of the vectors',
  },
  dimensions: VECTOR_FLAGS.dimensions,
  ...TEXT_FLAGS,
  truncate: {
    type: 'enum',
    options: choices(BULK_TRUNCATION),
    default: 'silent',
    description: 'What happens when a text is too long: it is truncated, or its file fails',
  },
  attempts: {
    type: 'string',
    valueHint: 'n',
    description: 'How often a file is tried, before it is listed as failed (default: 5)',
  },
  backoff: {
    type: 'string',
    valueHint: 'seconds',
    description: 'After how long a failed file is tried again, doubled each time (default: 5)',
  },
  lease: {
    type: 'string',
    valueHint: 'seconds',
    description: 'After how long a silent worker is taken for dead (default: 30)',
  },
  ...HUB_FLAGS,
  ...JSON_FLAG,
} as const

/** Puts a run into the queue; the same again adds what is missing. */
export const start = defineCommand(ARGS, async (args, shell) => {
  const { input } = args
  if (input === undefined) {
    throw new UsageError('--input is missing; name a folder, or s3://bucket/prefix')
  }
  const output = outputOptions(args)
  const model = await namedModel(args.model, shell)
  const encode = encodeOptions(args)
  const policy = {
    attempts: wholeNumber('attempts', args.attempts),
    backoff: decimalNumber('backoff', args.backoff),
    lease: decimalNumber('lease', args.lease),
  }
  await using runs = await connectRuns(args, shell)
  const checkpoint = await readCheckpoint(model, args, shell)
  const run = await runs.start(args.name, {
    ...{ input, model, checkpoint, encode, ...output },
    onWarning: shell.warn,
    ...given({ column: columnOf(args.column), inputFormat: args.format, ...policy }),
  })
  const { shards, bytes, modelHash } = run
  if (args.json) return shell.printJson({ name: args.name, ...run })
  const megabytes = grouped(bytes / 1e6)
  shell.print(
    `${args.name}: ${grouped(shards)} files, ${megabytes} MB, model ${modelHash.slice(0, 12)}`,
  )
})

function encodeOptions(args: ParsedArgs<typeof ARGS>) {
  return {
    ...textOptions(args),
    ...given({
      normalize: args.normalize,
      dimensions: wholeNumber('dimensions', args.dimensions),
    }),
    output: args.type,
    truncate: args.truncate,
  }
}

/** @throws UsageError when there is not one output, or a flag is for another kind of it. */
function outputOptions(args: ParsedArgs<typeof ARGS>) {
  const { output, store, id, precision, 'output-format': outputFormat } = args
  if ((output === undefined) === (store === undefined)) {
    throw new UsageError('name one of --output, for files of vectors, and --store')
  }
  const metadata = namedColumns(args.metadata)
  if (store !== undefined) {
    const target = { location: store, ...given({ id: columnOf(id), metadata, precision }) }
    return { store: target, ...given({ outputFormat }) }
  }
  if (id === undefined && metadata === undefined && precision === undefined) {
    return given({ output, outputFormat })
  }
  throw new UsageError('--id, --metadata and --precision are for --store')
}
