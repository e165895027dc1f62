import type { MilvusClient } from '@zilliz/milvus2-sdk-node'
import { InputError, StoreError, YujuError } from '../../errors/index.ts'
import { isWellFormed } from '../../tokenizer/index.ts'
import { checkRecords, checkTop, isComparable, requireVector } from '../check-records.ts'
import { checkConditions, checkFilter, type Filter } from '../filter.ts'
import { loadPackage } from '../load-package.ts'
import { joinWords, queryWords } from '../segment-words.ts'
import { packSettings, type StoreSettings, unpackSettings } from '../store-settings.ts'
import type {
  Hit,
  Metadata,
  SearchOptions,
  StoredText,
  VectorRecord,
  VectorStore,
} from '../vector-store.ts'
import { milvusFilter } from './milvus-filter.ts'
import { type MilvusPlace, milvusPlace } from './milvus-place.ts'

type Sdk = typeof import('@zilliz/milvus2-sdk-node')

/** Bytes a text may have. */
const LONGEST_TEXT = 65_535
/** Messages stay below the 64 MB a server takes. */
const SENT_BYTES = 16_000_000
/** Ids asked for at once. */
const ASKED_IDS = 1_000
/** Ids listed at once; a server gives 16,384 at most. */
const LISTED_IDS = 10_000
const TIMEOUT_MILLISECONDS = 30_000
const SETTINGS_PROPERTY = 'yuju.settings'
const TEXT_FIELDS = ['id', 'text', 'metadata']
const METRICS = { cosine: 'COSINE', dot: 'IP' } as const

export interface MilvusOptions {
  /** `user:password`, or a key of Zilliz Cloud. Default: none. */
  readonly token?: string
}

interface Parts {
  readonly place: MilvusPlace
  readonly settings: StoreSettings
  readonly client: MilvusClient
}

/** Makes a collection on a Milvus server, from 2.5 on, with an index, and loads it. */
export async function createMilvusStore(
  location: string,
  settings: StoreSettings,
  options: MilvusOptions,
): Promise<VectorStore> {
  const place = milvusPlace(location)
  const { sdk, client } = await connect(place, options)
  try {
    await asked(place, () => client.createCollection(collectionOf(sdk, place, settings)))
    await loadIndexed({ place, settings, client })
    return new MilvusStore({ place, settings, client })
  } catch (error) {
    await client.closeConnection().catch(() => {})
    throw error
  }
}

/** Opens what `createMilvusStore` made; undefined where there is no such collection. */
export async function openMilvusStore(
  location: string,
  options: MilvusOptions,
): Promise<VectorStore | undefined> {
  const place = milvusPlace(location)
  const { client } = await connect(place, options)
  const collection_name = place.collection
  try {
    const found = await asked(place, () => client.hasCollection({ collection_name }))
    if (found.value) {
      const { schema, properties } = await asked(place, () =>
        client.describeCollection({ collection_name }),
      )
      const kept = properties.find(({ key }) => key === SETTINGS_PROPERTY)?.value
      const settings = unpackSettings(
        kept === undefined ? schema.description : `${kept}`,
        place.shown,
      )
      await loadIndexed({ place, settings, client })
      return new MilvusStore({ place, settings, client })
    }
  } catch (error) {
    await client.closeConnection().catch(() => {})
    throw error
  }
  await client.closeConnection()
  return undefined
}

/** Whoever made the collection may have been killed before it had indexes, or makes them right now. */
async function loadIndexed({ place, settings, client }: Parts): Promise<void> {
  const collection_name = place.collection
  const indexed = await indexedFields({ place, client })
  for (const index of indexesOf(place, settings)) {
    if (indexed.includes(index.field_name)) continue
    await asked(place, () => client.createIndex(index)).catch((error) => {
      if (!isThereAlready(error)) throw error
    })
  }
  await asked(place, () => client.loadCollection({ collection_name }))
}

/** Where there are none, the server says so as a failure, with an empty list. */
async function indexedFields({ place, client }: Omit<Parts, 'settings'>): Promise<string[]> {
  try {
    const answer = await client.describeIndex({ collection_name: place.collection })
    return answer.index_descriptions.map(({ field_name }) => field_name)
  } catch (cause) {
    throw milvusError(place, cause)
  }
}

const isThereAlready = (error: unknown) =>
  error instanceof StoreError && error.code === 'store-exists'

async function connect(
  place: MilvusPlace,
  { token }: MilvusOptions,
): Promise<{ readonly sdk: Sdk; readonly client: MilvusClient }> {
  const sdk = await loadPackage(() => import('@zilliz/milvus2-sdk-node'), {
    what: 'a store on a Milvus server',
    packages: '@zilliz/milvus2-sdk-node',
  })
  const client = new sdk.MilvusClient({
    address: place.address,
    ssl: place.ssl,
    timeout: TIMEOUT_MILLISECONDS,
    maxRetries: 2,
    // Its log goes to standard output; what fails is thrown as well.
    logLevel: 'silent',
    ...(token === undefined ? {} : { token }),
    ...(place.database === undefined ? {} : { database: place.database }),
  })
  await asked(place, () => client.connectPromise).catch(async (error) => {
    await client.closeConnection().catch(() => {})
    throw error
  })
  return { sdk, client }
}

function collectionOf(
  { DataType, FunctionType }: Sdk,
  { collection }: MilvusPlace,
  settings: StoreSettings,
) {
  const analyzed = { enable_analyzer: true, analyzer_params: { tokenizer: 'standard' } }
  const text = { data_type: DataType.VarChar, max_length: LONGEST_TEXT }
  return {
    collection_name: collection,
    // Milvus Lite forgets descriptions.
    description: packSettings(settings),
    properties: { [SETTINGS_PROPERTY]: packSettings(settings) },
    fields: [
      { name: 'id', data_type: DataType.VarChar, max_length: 512, is_primary_key: true },
      { name: 'text', ...text },
      // Words come cut already, with spaces between them, as the other stores have them.
      { name: 'words', ...text, ...analyzed },
      { name: 'metadata', data_type: DataType.JSON },
      { name: 'vector', data_type: DataType.FloatVector, dim: settings.dimensions },
      { name: 'sparse', data_type: DataType.SparseFloatVector },
    ],
    functions: [
      {
        name: 'bm25',
        type: FunctionType.BM25,
        input_field_names: ['words'],
        output_field_names: ['sparse'],
        params: {},
      },
    ],
    consistency_level: 'Strong' as const,
  }
}

/** Graphs over float32 vectors, over int8 codes, or codes of one bit that are scored again. */
function indexesOf({ collection }: MilvusPlace, { similarity, precision }: StoreSettings) {
  const types = {
    float32: { index_type: 'HNSW', params: { M: 16, efConstruction: 200 } },
    int8: {
      index_type: 'HNSW_SQ',
      params: { M: 16, efConstruction: 200, sq_type: 'SQ8', refine: true, refine_type: 'FP32' },
    },
    binary: {
      index_type: 'IVF_RABITQ',
      params: { nlist: 1024, refine: true, refine_type: 'FP32' },
    },
  } as const
  const vector = { field_name: 'vector', metric_type: METRICS[similarity], ...types[precision] }
  const words = {
    field_name: 'sparse',
    index_type: 'SPARSE_INVERTED_INDEX',
    metric_type: 'BM25',
    params: {},
  }
  return [vector, words].map((index) => ({ collection_name: collection, ...index }))
}

/** What a search asks of each index. */
function searchParams(precision: StoreSettings['precision'], top: number) {
  switch (precision) {
    case 'float32':
      return { ef: Math.max(64, 2 * top) }
    case 'int8':
      return { ef: Math.max(64, 4 * top), refine_k: 4 }
    case 'binary':
      return { nprobe: 128, refine_k: 10 }
    default:
      return precision satisfies never
  }
}

interface IdRange {
  readonly after?: string | undefined
  readonly upTo?: string | undefined
}

/** The order of Milvus. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** A row as Milvus gives it. */
interface MilvusRow {
  readonly id: string
  readonly text: string
  readonly metadata: Metadata
  readonly vector: ArrayLike<number>
  readonly score: number
}

/** A collection of Milvus; a call with very many records is sent in parts. */
class MilvusStore implements VectorStore {
  readonly #parts: Parts
  #isClosed = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get settings(): StoreSettings {
    return this.#parts.settings
  }

  async upsert(records: readonly VectorRecord[]): Promise<void> {
    const checked = checkRecords(records, this.settings)
    for (const { id, text } of checked) requireLength(id, text)
    const size = Math.max(1, Math.floor(SENT_BYTES / (4 * this.settings.dimensions + 4096)))
    for (let start = 0; start < checked.length; start += size) {
      const some = checked.slice(start, start + size)
      const words = await joinWords(some.map(({ text }) => text))
      const data = some.map(({ vector, ...record }, row) => {
        return { ...record, words: fitting(words[row] ?? ''), vector: Array.from(vector) }
      })
      await this.#ask((client, collection_name) => client.upsert({ collection_name, data }))
    }
  }

  async delete(ids: readonly string[]): Promise<void> {
    for (const some of groups(ids.filter(isWellFormed))) {
      await this.#ask((client, collection_name) =>
        client.delete({ collection_name, filter: idFilter(some) }),
      )
    }
  }

  async deleteWhere(conditions: Filter): Promise<void> {
    const filter = milvusFilter(checkConditions(conditions, this.settings))
    await this.#ask((client, collection_name) => client.delete({ collection_name, filter }))
  }

  async *ids(filter: Filter = []): AsyncGenerator<readonly string[], void, void> {
    yield* this.#idsBetween(milvusFilter(checkFilter(filter, this.settings)), {})
  }

  async get(ids: readonly string[]): Promise<VectorRecord[]> {
    const rows = await this.#rowsOf(ids, [...TEXT_FIELDS, 'vector'])
    return rows.map((row) => ({ ...storedText(row), vector: Float32Array.from(row.vector) }))
  }

  async getTexts(ids: readonly string[]): Promise<StoredText[]> {
    return (await this.#rowsOf(ids, TEXT_FIELDS)).map(storedText)
  }

  async search(vector: Float32Array, options: SearchOptions = {}): Promise<Hit[]> {
    requireVector(vector, this.settings, 'the query')
    const { similarity, precision } = this.settings
    const limit = checkTop(options)
    if (!isComparable(vector, this.settings)) return this.#ask(async () => [])
    return this.#find(
      {
        data: Array.from(vector),
        anns_field: 'vector',
        metric_type: METRICS[similarity],
        params: searchParams(precision, limit),
        limit,
      },
      options,
    )
  }

  async searchText(text: string, options: SearchOptions = {}): Promise<Hit[]> {
    const limit = checkTop(options)
    const words = fitting((await queryWords(text)).join(' '))
    const query = { data: words, anns_field: 'sparse', metric_type: 'BM25', params: {}, limit }
    // Milvus Lite gives BM25 with a minus, as a distance.
    const hits = words === '' ? [] : await this.#find(query, options)
    return hits.map((hit) => ({ ...hit, score: Math.abs(hit.score) }))
  }

  async count(filter: Filter = []): Promise<number> {
    const expr = milvusFilter(checkFilter(filter, this.settings))
    const { data } = await this.#ask((client, collection_name) =>
      client.count({ collection_name, ...(expr === '' ? {} : { expr }) }),
    )
    return Number(data)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#parts.client.closeConnection()
  }

  /**
   * A query gives so many ids at most, and not always the first: where it gives as many, the range is
   * halved at the median of what it gave.
   */
  async *#idsBetween(
    filter: string,
    { after, upTo }: IdRange,
  ): AsyncGenerator<readonly string[], void, void> {
    const range = [
      filter,
      `id > ${JSON.stringify(after ?? '')}`,
      upTo === undefined ? '' : `id <= ${JSON.stringify(upTo)}`,
    ]
    const { data } = await this.#ask((client, collection_name) =>
      client.query({
        collection_name,
        filter: range.filter((part) => part !== '').join(' and '),
        output_fields: ['id'],
        limit: LISTED_IDS,
      }),
    )
    const ids = data.map(({ id }) => `${id}`)
    if (ids.length < LISTED_IDS) {
      if (ids.length > 0) yield ids
      return
    }
    const median = ids.sort(byBytes)[LISTED_IDS >> 1]
    yield* this.#idsBetween(filter, { after, upTo: median })
    yield* this.#idsBetween(filter, { after: median, upTo })
  }

  async #find(
    query: { readonly limit: number; readonly [name: string]: unknown },
    options: SearchOptions,
  ): Promise<Hit[]> {
    const filter = milvusFilter(checkFilter(options.filter ?? [], this.settings))
    const { results } = await this.#ask((client, collection_name) =>
      client.search({
        collection_name,
        ...query,
        ...(filter === '' ? {} : { filter }),
        output_fields: TEXT_FIELDS,
      } as never),
    )
    const rows = results as unknown as readonly MilvusRow[]
    return rows.map((row) => ({ ...storedText(row), score: row.score }))
  }

  async #rowsOf(ids: readonly string[], output_fields: string[]): Promise<MilvusRow[]> {
    const rows: MilvusRow[] = []
    for (const some of groups([...new Set(ids.filter(isWellFormed))])) {
      const { data } = await this.#ask((client, collection_name) =>
        client.query({ collection_name, filter: idFilter(some), output_fields }),
      )
      rows.push(...(data as unknown as MilvusRow[]))
    }
    return rows
  }

  #ask<Answer>(work: (client: MilvusClient, name: string) => Promise<Answer>): Promise<Answer> {
    const { client, place } = this.#parts
    if (!this.#isClosed) return asked(place, () => work(client, place.collection))
    const message = `the store ${place.shown} was closed; open it again`
    return Promise.reject(new StoreError('store-closed', message, { facts: { ...place } }))
  }
}

/**
 * Asks the server; a refusal comes as an error, or as an answer that says so.
 * @throws StoreError
 */
async function asked<Answer>(place: MilvusPlace, work: () => Promise<Answer>): Promise<Answer> {
  let answer: Answer
  try {
    answer = await work()
  } catch (cause) {
    throw milvusError(place, cause)
  }
  const status = statusOf(answer)
  if (status === undefined || status.error_code === 'Success' || status.code === 0) return answer
  throw milvusError(place, status)
}

interface MilvusStatus {
  readonly error_code?: unknown
  readonly code?: unknown
  readonly reason?: unknown
}

function statusOf(answer: unknown): MilvusStatus | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  if ('status' in answer) return statusOf(answer.status)
  return 'error_code' in answer ? answer : undefined
}

function milvusError({ shown, address }: MilvusPlace, cause: unknown): YujuError {
  if (cause instanceof YujuError) return cause
  const reason = reasonOf(cause)
  const facts = { location: shown }
  if (/UNAVAILABLE|DEADLINE_EXCEEDED|ECONNREFUSED|ENOTFOUND|timed? ?out|connect/i.test(reason)) {
    return new StoreError(
      'store-unreachable',
      `no Milvus server answers at ${address}; start it, or check the address (${reason})`,
      { facts, cause },
    )
  }
  if (/UNAUTHENTICATED|auth|denied/i.test(reason)) {
    const message = `the Milvus server at ${address} refuses the token (${reason})`
    return new StoreError('store-refused', message, { facts, cause })
  }
  if (/already exists?|duplicate collection|at most one distinct index/i.test(reason)) {
    const message = `another program has just made the store ${shown}; open it (${reason})`
    return new StoreError('store-exists', message, { facts, cause })
  }
  return new StoreError('store-failed', `Milvus, ${shown}: ${reason}`, { facts, cause })
}

function reasonOf(cause: unknown): string {
  const text =
    typeof cause === 'object' && cause !== null && 'reason' in cause && cause.reason
      ? String(cause.reason)
      : cause instanceof Error
        ? cause.message
        : String(cause)
  return (text.split('\n')[0] ?? text).slice(0, 300)
}

function requireLength(id: string, text: string): void {
  const bytes = Buffer.byteLength(text)
  if (bytes <= LONGEST_TEXT) return
  throw new InputError(
    'store-text-too-long',
    `the record ${JSON.stringify(id)}: its text has ${bytes} bytes, and Milvus takes ` +
      `${LONGEST_TEXT}; cut it`,
    { facts: { id, bytes } },
  )
}

/** Words with spaces between them, as many as Milvus takes. */
function fitting(words: string): string {
  if (Buffer.byteLength(words) <= LONGEST_TEXT) return words
  const cut = Buffer.from(words).subarray(0, LONGEST_TEXT).toString('utf8')
  return cut.slice(0, cut.lastIndexOf(' '))
}

function storedText({ id, text, metadata }: MilvusRow): StoredText {
  return { id, text, metadata }
}

/** The SDK's own way to name ids does not escape quotes. */
function idFilter(ids: readonly string[]): string {
  return `id in ${JSON.stringify(ids)}`
}

function groups(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / ASKED_IDS) }, (_, at) =>
    ids.slice(at * ASKED_IDS, (at + 1) * ASKED_IDS),
  )
}
