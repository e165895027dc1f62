import type { ParsedArgs } from 'citty'
import type { Checkpoint } from '../../checkpoint/index.ts'
import type { SentenceEncoder } from '../../encoder/index.ts'
import { type Row, readRows } from '../../files/index.ts'
import { given } from '../../options/index.ts'
import type { VectorStore } from '../../search/index.ts'
import { defineCommand } from '../command.ts'
import { wholeNumber } from '../command-line.ts'
import { JSON_FLAG, MODEL_FLAGS, TEXT_FLAGS, TRUNCATE_FLAG, VECTOR_FLAGS } from '../flags.ts'
import { namedColumns, rowColumns } from '../indexed-columns.ts'
import { loadEncoder, namedModel, textOptions } from '../model.ts'
import { grouped, startProgress } from '../progress-display.ts'
import type { Shell } from '../shell.ts'
import { namedStore, RECORD_FLAGS, STORE_FLAG, storeAccess } from '../store-flags.ts'
import { INPUT_FLAGS } from '../text-input.ts'
import { UsageError } from '../usage-error.ts'

const ARGS = {
  ...INPUT_FLAGS,
  ...STORE_FLAG,
  ...RECORD_FLAGS,
  dimensions: VECTOR_FLAGS.dimensions,
  'batch-size': VECTOR_FLAGS['batch-size'],
  ...TEXT_FLAGS,
  ...TRUNCATE_FLAG,
  ...MODEL_FLAGS,
  ...JSON_FLAG,
} as const

type IndexArgs = ParsedArgs<typeof ARGS>

/** Prints how many texts were encoded, and how many there were already. */
export const indexCommand = defineCommand(ARGS, async (args, shell) => {
  const location = namedStore(args.store)
  if (args.input === undefined) throw new UsageError('--input is missing; name a file of texts')
  const model = await namedModel(args.model, shell)
  const { findStore } = await import('../../search/index.ts')
  const found = await findStore(location, storeAccess(shell))
  await using encoder = await loadEncoder(model, args, shell).catch(async (error) => {
    await found?.close()
    throw error
  })
  const { store, rows } = found
    ? { store: found, rows: await rowsFor(found, encoder.checkpoint, { args, shell }) }
    : await newStore(location, encoder, { args, shell })
  try {
    await fill(store, rows, { encoder, args, shell })
  } finally {
    await store.close()
  }
})

interface FillTask {
  readonly encoder: SentenceEncoder
  readonly args: IndexArgs
  readonly shell: Shell
}

async function fill(
  store: VectorStore,
  rows: AsyncIterable<Row>,
  { encoder, args, shell }: FillTask,
): Promise<void> {
  const start = performance.now()
  const { indexTexts, textsToIndex } = await import('../../search/index.ts')
  const progress = await startProgress(shell, 'texts')
  const texts = textsToIndex(rows, store.settings, args.id !== undefined)
  const indexing = indexTexts(encoder, store, texts, {
    ...given({ batchSize: wholeNumber('batch-size', args['batch-size']) }),
    truncate: args.truncate,
    signal: shell.signal,
    onProgress: ({ read }) => progress.update({ done: read, total: undefined }),
  })
  const result = await indexing.finally(() => progress.stop())
  const records = await store.count()
  const seconds = (performance.now() - start) / 1000
  if (args.json) return shell.printJson({ store: args.store, ...result, records, seconds })
  const { read, encoded, changed, unchanged } = result
  shell.print(
    `${args.store}: ${grouped(records)} texts; of ${grouped(read)} read, ${grouped(encoded)} were ` +
      `encoded, ${grouped(changed)} got other metadata, ${grouped(unchanged)} were there already`,
  )
}

interface Opened {
  readonly store: VectorStore
  readonly rows: AsyncIterable<Row>
}

/** A new store, and the rows it is for; the first of them tells the types of columns. */
async function newStore(
  location: string,
  { checkpoint, dimensions }: SentenceEncoder,
  { args, shell }: { readonly args: IndexArgs; readonly shell: Shell },
): Promise<Opened> {
  const { columnTypes, createStore, modelSettings, peek } = await import('../../search/index.ts')
  const columns = namedColumns(args.metadata) ?? []
  const names = columns.map(({ name }) => name)
  const { first, all } = await peek(rowsOf(names, args, shell))
  const settings = {
    ...(await modelSettings(checkpoint, textOptions(args))),
    ...given({ precision: args.precision }),
    dimensions: wholeNumber('dimensions', args.dimensions) ?? dimensions,
    columns: first ? columnTypes(columns, first) : {},
  }
  return { store: await createStore(location, settings, storeAccess(shell)), rows: all }
}

/** @throws UsageError when a flag contradicts what the store was made with. */
async function rowsFor(
  store: VectorStore,
  checkpoint: Checkpoint,
  { args, shell }: { readonly args: IndexArgs; readonly shell: Shell },
): Promise<AsyncIterable<Row>> {
  const { requireEncoding } = await import('../../search/index.ts')
  try {
    requireEncoding(store, checkpoint, textOptions(args))
    const { columns, precision, dimensions } = store.settings
    const names = Object.keys(columns)
    requireSame('precision', args.precision, precision)
    requireSame('dimensions', args.dimensions, `${dimensions}`)
    const asked = namedColumns(args.metadata)?.map(({ name }) => name)
    requireSame('metadata', asked?.sort().join(','), names.toSorted().join(','))
    return rowsOf(names, args, shell)
  } catch (error) {
    await store.close()
    throw error
  }
}

function requireSame(flag: string, asked: string | undefined, there: string): void {
  if (asked === undefined || asked === there) return
  throw new UsageError(
    `--${flag} is ${asked}, but the store was made with ${there || 'none'}; leave it out, or index ` +
      'again elsewhere',
  )
}

function rowsOf(metadata: readonly string[], args: IndexArgs, shell: Shell): AsyncIterable<Row> {
  const { input = '-', column, id, format } = args
  const columns = rowColumns(column, id, metadata)
  if (input !== '-') return readRows(input, { columns, ...given({ format }) })
  const source = { name: 'standard input', bytes: shell.input() }
  return readRows(source, { columns, format: format ?? 'txt' })
}
