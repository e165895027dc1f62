import type { ParsedArgs } from 'citty'
import type { Checkpoint } from '../../checkpoint/index.ts'
import type { SentenceEncoder } from '../../encoder/index.ts'
import { type ColumnChoice, type Row, readRows } from '../../files/index.ts'
import { given } from '../../options/index.ts'
import type { IndexResult, VectorStore } from '../../search/index.ts'
import { columnOf, namedColumns } from '../columns.ts'
import { defineCommand } from '../command.ts'
import { UsageError, wholeNumber } from '../command-line.ts'
import { JSON_FLAG, MODEL_FLAGS, TEXT_FLAGS, TRUNCATE_FLAG, VECTOR_FLAGS } from '../flags.ts'
import { grouped } from '../format.ts'
import { loadEncoder, namedModel, textOptions } from '../model.ts'
import { startProgress } from '../progress-display.ts'
import type { Shell } from '../shell.ts'
import { FILTER_FLAG, namedStore, RECORD_FLAGS, STORE_FLAG, storeAccess } from '../store-flags.ts'
import { INPUT_FLAGS } from '../text-input.ts'

const ARGS = {
  ...INPUT_FLAGS,
  ...STORE_FLAG,
  ...RECORD_FLAGS,
  prune: {
    type: 'boolean',
    description: 'At the end, remove the texts that are not in the input; of those, with --filter',
  },
  ...FILTER_FLAG,
  dimensions: VECTOR_FLAGS.dimensions,
  'batch-size': VECTOR_FLAGS['batch-size'],
  ...TEXT_FLAGS,
  ...TRUNCATE_FLAG,
  ...MODEL_FLAGS,
  ...JSON_FLAG,
} as const

type IndexArgs = ParsedArgs<typeof ARGS>

/** Prints how many texts were encoded, how many there were already, and how many were removed. */
export const indexCommand = defineCommand(ARGS, (args, shell, valuesOf) =>
  indexInput(args, valuesOf('filter'), shell),
)

async function indexInput(
  args: IndexArgs,
  conditions: readonly string[],
  shell: Shell,
): Promise<void> {
  const location = namedStore(args.store)
  if (args.input === undefined) throw new UsageError('--input is missing; name a file of texts')
  if (conditions.length > 0 && !args.prune) throw new UsageError('--filter is for --prune')
  const model = await namedModel(args.model, shell)
  const { findStore } = await import('../../search/internal.ts')
  const found = await findStore(location, storeAccess(shell))
  await using encoder = await loadEncoder(model, args, shell).catch(async (error) => {
    await found?.close()
    throw error
  })
  const { store, rows } = found
    ? { store: found, rows: await rowsFor(found, encoder.checkpoint, { args, shell }) }
    : await newStore(location, encoder, { args, shell })
  try {
    await fill(store, rows, { encoder, args, conditions, shell })
  } finally {
    await store.close()
  }
}

interface FillTask {
  readonly encoder: SentenceEncoder
  readonly args: IndexArgs
  /** Of what may be removed. */
  readonly conditions: readonly string[]
  readonly shell: Shell
}

async function fill(
  store: VectorStore,
  rows: AsyncIterable<Row>,
  { encoder, args, conditions, shell }: FillTask,
): Promise<void> {
  const start = performance.now()
  const { indexTexts, parseFilter } = await import('../../search/index.ts')
  const { textsToIndex } = await import('../../search/internal.ts')
  const progress = await startProgress(shell, 'texts')
  const texts = textsToIndex(rows, store.settings, args.id !== undefined)
  const indexing = indexTexts(encoder, store, texts, {
    ...given({
      batchSize: wholeNumber('batch-size', args['batch-size']),
      prune: args.prune ? parseFilter(conditions, store.settings) : undefined,
    }),
    onWarning: (message) => shell.warn(`${message}; ${idCure(args)}`),
    truncate: args.truncate,
    signal: shell.signal,
    onProgress: ({ read }) => progress.update({ done: read, total: undefined }),
  })
  const result = await indexing.finally(() => progress.stop())
  const records = await store.count()
  const seconds = (performance.now() - start) / 1000
  if (args.json) return shell.printJson({ store: args.store, ...result, records, seconds })
  shell.print(`${args.store}: ${grouped(records)} texts; ${summary(result, args)}`)
}

function idCure({ id }: IndexArgs): string {
  const cure = id === undefined ? 'name the column of ids by --id' : 'leave --id out'
  return `${cure} as before; --prune then removes what this run adds`
}

function summary(result: IndexResult, { prune }: IndexArgs): string {
  const { read, encoded, changed, unchanged, skipped, removed } = result
  return [
    `of ${grouped(read)} read, ${grouped(encoded)} were encoded`,
    `${grouped(changed)} got other metadata`,
    `${grouped(unchanged)} were there already`,
    ...(skipped > 0
      ? [`${grouped(skipped)} were skipped, as the model knows no token of them`]
      : []),
    ...(prune ? [`${grouped(removed)} others were removed`] : []),
  ].join(', ')
}

interface Opened {
  readonly store: VectorStore
  readonly rows: AsyncIterable<Row>
}

/**
 * A new store, or one that another program has made meanwhile, and the rows it is for; the first of them
 * tells the types of columns.
 */
async function newStore(
  location: string,
  { checkpoint, dimensions }: SentenceEncoder,
  { args, shell }: { readonly args: IndexArgs; readonly shell: Shell },
): Promise<Opened> {
  const { createOrOpenStore, modelSettings } = await import('../../search/index.ts')
  const { columnTypes, peek } = await import('../../search/internal.ts')
  const columns = namedColumns(args.metadata) ?? []
  const names = columns.map(({ name }) => name)
  const { first, all } = await peek(rowsOf(names, args, shell))
  const settings = {
    ...(await modelSettings(checkpoint, textOptions(args))),
    ...given({ precision: args.precision }),
    dimensions: wholeNumber('dimensions', args.dimensions) ?? dimensions,
    columns: first ? columnTypes(columns, first) : {},
  }
  const store = await createOrOpenStore(location, settings, storeAccess(shell))
  await requireFit(store, checkpoint, args)
  return { store, rows: inOrder(all, names, Object.keys(store.settings.columns)) }
}

/** Rows with their last cells, which are metadata, in another order. */
async function* inOrder(
  rows: AsyncIterable<Row>,
  from: readonly string[],
  to: readonly string[],
): AsyncGenerator<Row, void, void> {
  for await (const { cells, location } of rows) {
    const metadata = cells.slice(cells.length - from.length)
    const ordered = to.map((name) => metadata[from.indexOf(name)] ?? '')
    yield { cells: [...cells.slice(0, cells.length - from.length), ...ordered], location }
  }
}

/** The rows for a store that is there. */
async function rowsFor(
  store: VectorStore,
  checkpoint: Checkpoint,
  { args, shell }: { readonly args: IndexArgs; readonly shell: Shell },
): Promise<AsyncIterable<Row>> {
  await requireFit(store, checkpoint, args)
  return rowsOf(Object.keys(store.settings.columns), args, shell)
}

/** @throws UsageError when a flag contradicts what the store was made with; it is closed then. */
async function requireFit(
  store: VectorStore,
  checkpoint: Checkpoint,
  args: IndexArgs,
): Promise<void> {
  const { requireEncoding } = await import('../../search/internal.ts')
  try {
    requireEncoding(store, checkpoint, textOptions(args))
    const { columns, precision, dimensions } = store.settings
    requireSame('precision', args.precision, precision)
    requireSame('dimensions', args.dimensions, `${dimensions}`)
    const requested = namedColumns(args.metadata)?.map(({ name }) => name)
    requireSame('metadata', requested?.sort().join(','), Object.keys(columns).sort().join(','))
  } catch (error) {
    await store.close()
    throw error
  }
}

function requireSame(flag: string, requested: string | undefined, there: string): void {
  if (requested === undefined || requested === there) return
  throw new UsageError(
    `--${flag} is ${requested}, but the store was made with ${there || 'none'}; leave it out, or index ` +
      'again elsewhere',
  )
}

/** Which columns a row is read for: the text, then the id where there is one, then the metadata. */
function rowColumns(
  text: string | undefined,
  id: string | undefined,
  metadata: readonly string[],
): ColumnChoice[] {
  return [columnOf(text), ...(id === undefined ? [] : [columnOf(id)]), ...metadata]
}

function rowsOf(metadata: readonly string[], args: IndexArgs, shell: Shell): AsyncIterable<Row> {
  const { input = '-', column, id, format } = args
  const columns = rowColumns(column, id, metadata)
  if (input !== '-') return readRows(input, { columns, ...given({ format }) })
  const source = { name: 'standard input', bytes: shell.input() }
  return readRows(source, { columns, format: format ?? 'txt' })
}
