import type { MilvusClient } from '@zilliz/milvus2-sdk-node'
import { InputError, StoreError } from '../../errors/index.ts'
import { isWellFormed } from '../../tokenizer/index.ts'
import { checkRecords, checkTop, isComparable, requireVector } from '../check-records.ts'
import { checkConditions, checkFilter, type Filter } from '../filter.ts'
import type { StoreAccess } from '../open-store.ts'
import { joinWords, queryWords } from '../segment-words.ts'
import { type StoreSettings, unpackSettings } from '../store-settings.ts'
import type {
  Hit,
  Metadata,
  SearchOptions,
  StoredText,
  VectorRecord,
  VectorStore,
} from '../vector-store.ts'
import { connect, milvusError, request } from './milvus-client.ts'
import {
  collectionOf,
  idFilter,
  indexesOf,
  LONGEST_TEXT,
  METRICS,
  milvusFilter,
  SETTINGS_PROPERTY,
  searchParams,
} from './milvus-collection.ts'
import { type MilvusLocation, parseMilvusLocation } from './milvus-location.ts'

/** Messages stay below the 64 MB a server takes. */
const SENT_BYTES = 16_000_000
/** Ids requested at once. */
const REQUESTED_IDS = 1_000
/** Ids listed at once; a server gives 16,384 at most. */
const LISTED_IDS = 10_000
const TEXT_FIELDS = ['id', 'text', 'metadata']

interface MilvusStoreParts {
  readonly location: MilvusLocation
  readonly settings: StoreSettings
  readonly client: MilvusClient
}

/** Makes a collection on a Milvus server, from 2.5 on, with an index, and loads it. */
export async function createMilvusStore(
  url: string,
  settings: StoreSettings,
  access: StoreAccess,
): Promise<VectorStore> {
  const location = parseMilvusLocation(url)
  const { sdk, client } = await connect(location, access)
  try {
    await request(location, () => client.createCollection(collectionOf(sdk, location, settings)))
    await loadIndexed({ location, settings, client })
    return new MilvusStore({ location, settings, client })
  } catch (error) {
    await client.closeConnection().catch(() => {})
    throw error
  }
}

/** Opens what `createMilvusStore` made; undefined where there is no such collection. */
export async function openMilvusStore(
  url: string,
  access: StoreAccess,
): Promise<VectorStore | undefined> {
  const location = parseMilvusLocation(url)
  const { client } = await connect(location, access)
  const collection_name = location.collection
  try {
    const found = await request(location, () => client.hasCollection({ collection_name }))
    if (found.value) {
      const { schema, properties } = await request(location, () =>
        client.describeCollection({ collection_name }),
      )
      const kept = properties.find(({ key }) => key === SETTINGS_PROPERTY)?.value
      const settings = unpackSettings(
        kept === undefined ? schema.description : `${kept}`,
        location.shown,
      )
      await loadIndexed({ location, settings, client })
      return new MilvusStore({ location, settings, client })
    }
  } catch (error) {
    await client.closeConnection().catch(() => {})
    throw error
  }
  await client.closeConnection()
  return undefined
}

/** Whoever made the collection may have been killed before it had indexes, or makes them right now. */
async function loadIndexed({ location, settings, client }: MilvusStoreParts): Promise<void> {
  const collection_name = location.collection
  const indexed = await indexedFields({ location, client })
  for (const index of indexesOf(location, settings)) {
    if (indexed.includes(index.field_name)) continue
    await request(location, () => client.createIndex(index)).catch((error) => {
      if (!isThereAlready(error)) throw error
    })
  }
  await request(location, () => client.loadCollection({ collection_name }))
}

/** Where there are none, the server says so as a failure, with an empty list. */
async function indexedFields({
  location,
  client,
}: Omit<MilvusStoreParts, 'settings'>): Promise<string[]> {
  try {
    const response = await client.describeIndex({ collection_name: location.collection })
    return response.index_descriptions.map(({ field_name }) => field_name)
  } catch (cause) {
    throw milvusError(location, cause)
  }
}

const isThereAlready = (error: unknown) =>
  error instanceof StoreError && error.code === 'store-exists'

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
  readonly #parts: MilvusStoreParts
  #isClosed = false

  constructor(parts: MilvusStoreParts) {
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
      await this.#request((client, collection_name) => client.upsert({ collection_name, data }))
    }
  }

  async delete(ids: readonly string[]): Promise<void> {
    for (const some of groups(ids.filter(isWellFormed))) {
      await this.#request((client, collection_name) =>
        client.delete({ collection_name, filter: idFilter(some) }),
      )
    }
  }

  async deleteWhere(conditions: Filter): Promise<void> {
    const filter = milvusFilter(checkConditions(conditions, this.settings))
    await this.#request((client, collection_name) => client.delete({ collection_name, filter }))
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
    if (!isComparable(vector, this.settings)) return this.#request(async () => [])
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
    const { data } = await this.#request((client, collection_name) =>
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
    const { data } = await this.#request((client, collection_name) =>
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
    const { results } = await this.#request((client, collection_name) =>
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
      const { data } = await this.#request((client, collection_name) =>
        client.query({ collection_name, filter: idFilter(some), output_fields }),
      )
      rows.push(...(data as unknown as MilvusRow[]))
    }
    return rows
  }

  #request<Result>(work: (client: MilvusClient, name: string) => Promise<Result>): Promise<Result> {
    const { client, location } = this.#parts
    if (!this.#isClosed) return request(location, () => work(client, location.collection))
    const message = `the store ${location.shown} was closed; open it again`
    return Promise.reject(new StoreError('store-closed', message, { facts: { ...location } }))
  }
}

function requireLength(id: string, text: string): void {
  const bytes = Buffer.byteLength(text)
  if (bytes <= LONGEST_TEXT) return
  throw new InputError(
    'store-text-too-long',
    `the record ${JSON.stringify(id)}: its text has ${bytes} bytes, and Milvus takes ` +
      `${LONGEST_TEXT}; truncate it`,
    { facts: { id, bytes } },
  )
}

/** Words with spaces between them, as many as Milvus takes. */
function fitting(words: string): string {
  if (Buffer.byteLength(words) <= LONGEST_TEXT) return words
  const truncated = Buffer.from(words).subarray(0, LONGEST_TEXT).toString('utf8')
  return truncated.slice(0, truncated.lastIndexOf(' '))
}

function storedText({ id, text, metadata }: MilvusRow): StoredText {
  return { id, text, metadata }
}

function groups(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / REQUESTED_IDS) }, (_, at) =>
    ids.slice(at * REQUESTED_IDS, (at + 1) * REQUESTED_IDS),
  )
}
