import { embeddingWidth } from '../checkpoint/index.ts'
import type { SentenceEncoder } from '../encoder/index.ts'
import { InputError } from '../errors/index.ts'
import { type Column, type Row, readRows, type TextFormat } from '../files/index.ts'
import {
  createOrOpenStore,
  indexTexts,
  modelSettings,
  type NamedColumn,
  type StoreAccess,
  type StorePrecision,
  type VectorStore,
} from '../search/index.ts'
import {
  columnTypes,
  findStore,
  requireEncoding,
  requireModel,
  textsToIndex,
  warnOfIdConflict,
} from '../search/internal.ts'
import type { RunDescription } from './run-description.ts'
import { emptyAllowed, type Shard } from './shard.ts'
import type { StartOptions } from './start-options.ts'
import type { ShardSource } from './storage/shard-source.ts'
import type { EncodedShard, ShardControl } from './work/shard-work.ts'

/** A store that takes the texts of a run and their vectors, in place of files. */
export interface StoreTarget {
  /** A folder (LanceDB), as every worker sees it, `s3://bucket/path`, or `milvus://host:port/name`. */
  readonly location: string
  /** The column that names a text. Default: a hash of the text, so that equal texts are one record. */
  readonly id?: Column
  /** Columns to keep. Default: those the store has. */
  readonly metadata?: readonly NamedColumn[]
  /** How a new store looks through vectors. Default `float32`. */
  readonly precision?: StorePrecision
}

interface StoreRun {
  readonly options: StartOptions
  readonly target: StoreTarget
  readonly shards: readonly Shard[]
  readonly source: ShardSource
  readonly access: StoreAccess | undefined
}

/**
 * Sees to it that the store of a run is there and takes what the run will give it.
 * @throws InputError or StoreError when it was made for other vectors, texts or columns.
 */
export async function prepareStore(run: StoreRun): Promise<void> {
  const store = (await findStore(run.target.location, run.access)) ?? (await newStore(run))
  try {
    await requireFit(store, run)
    await warnOfIdConflict(store, run.target.id !== undefined, run.options.onWarning)
  } finally {
    await store.close()
  }
}

async function newStore({ options, target, shards, source, access }: StoreRun) {
  const { checkpoint, encode = {} } = options
  const { location, metadata = [], precision } = target
  const first = metadata.length === 0 ? undefined : await firstRow(options, { shards, source })
  const settings = {
    ...(await modelSettings(checkpoint, encode)),
    ...(precision === undefined ? {} : { precision }),
    dimensions: encode.dimensions ?? embeddingWidth(checkpoint),
    columns: first ? columnTypes(metadata, first) : {},
  }
  return createOrOpenStore(location, settings, access)
}

/** The first row of all shards says the types of columns. */
async function firstRow(
  { store, column, inputFormat }: StartOptions,
  { shards, source }: Pick<StoreRun, 'shards' | 'source'>,
): Promise<Row | undefined> {
  const columns = (store?.metadata ?? []).map(({ name }) => name)
  for (const { input } of shards) {
    await using file = await source.localCopy(input)
    const rows = shardRows(file.path, { column, inputFormat, id: store?.id, columns })
    for await (const row of rows) return row
  }
  return undefined
}

async function requireFit(store: VectorStore, { options, target }: StoreRun): Promise<void> {
  const { checkpoint, encode = {} } = options
  await requireModel(store, checkpoint)
  requireEncoding(store, checkpoint, encode)
  const { dimensions, precision, columns } = store.settings
  const requested = target.metadata?.map(({ name }) => name).sort()
  requireSame('dimensions', encode.dimensions, dimensions)
  requireSame('precision', target.precision, precision)
  requireSame('metadata', requested?.join(','), Object.keys(columns).sort().join(','))
}

function requireSame(name: string, requested: unknown, there: string | number): void {
  if (requested === undefined || requested === there) return
  throw new InputError(
    'bulk-other-store',
    `${name} is ${requested}, but the store was made with ${there || 'none'}; leave it out, or name ` +
      'another store',
    { facts: { name, requested, there } },
  )
}

interface ShardColumns {
  readonly column?: Column | undefined
  readonly inputFormat?: TextFormat | undefined
  readonly id: Column | undefined
  /** Of metadata. */
  readonly columns: readonly string[]
}

/** The rows of a shard: text, id where there is one, metadata. */
function shardRows(
  path: string,
  { column, inputFormat: format, id, columns }: ShardColumns,
): AsyncIterable<Row> {
  return emptyAllowed(
    readRows(path, {
      columns: [column, ...(id === undefined ? [] : [id]), ...columns],
      ...(format === undefined ? {} : { format }),
    }),
  )
}

interface IndexTask extends ShardControl {
  readonly run: RunDescription
  readonly source: ShardSource
  readonly store: VectorStore
  readonly encoder: SentenceEncoder
}

/**
 * Puts the texts of a shard into a store. Ids do not depend on who does it: what an earlier worker
 * wrote before it died is found, and not encoded again.
 * @throws InputError for texts that cannot be read, StoreError where the store cannot be written.
 */
export async function indexShard({ input }: Shard, task: IndexTask): Promise<EncodedShard> {
  const { run, source, store, encoder, signal, onRows } = task
  await using file = await source.localCopy(input)
  const columns = Object.keys(store.settings.columns)
  const rows = shardRows(file.path, { ...run, id: run.store?.id, columns })
  const texts = textsToIndex(rows, store.settings, run.store?.id !== undefined)
  const { read, encoded, changed } = await indexTexts(encoder, store, texts, {
    truncate: run.encode.truncate ?? 'silent',
    signal,
    optimize: false,
    // Said when the run was started.
    onWarning: () => {},
    onProgress: ({ read }) => onRows(read),
  })
  return { rows: read, isOurs: read === 0 || encoded + changed > 0 }
}
