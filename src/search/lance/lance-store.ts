import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Connection, Table } from '@lancedb/lancedb'
import type { Schema } from 'apache-arrow'
import { StoreError } from '../../errors/index.ts'
import { isWellFormed } from '../../tokenizer/index.ts'
import { checkRecords, checkTop, isComparable, requireVector } from '../check-records.ts'
import { checkConditions, checkFilter, type Filter } from '../filter.ts'
import type { StoreAccess } from '../open-store.ts'
import { type LancePackages, loadLance } from '../optional-packages.ts'
import { joinWords, queryWords } from '../segment-words.ts'
import { type StoreSettings, unpackSettings } from '../store-settings.ts'
import type { Hit, SearchOptions, StoredText, VectorRecord, VectorStore } from '../vector-store.ts'
import { lanceError, retried } from './lance-errors.ts'
import {
  type LanceRow,
  lanceFilter,
  lanceSchema,
  lanceTable,
  literals,
  METADATA_PREFIX,
  SETTINGS_KEY,
  storedText,
} from './lance-table.ts'
import { indexVectors, type Probes, probesOf } from './vector-index.ts'

const TABLE = 'vectors'
const WORDS_INDEX = 'words_idx'
const IDS_INDEX = 'id_idx'
/** Below so many rows an id is found fast enough without an index. */
const INDEXED_IDS = 10_000
/** Seconds until an open store sees what another program has written. */
const CONSISTENCY_SECONDS = 5
/** How long files of former states are kept, for programs that still read them. */
const KEPT_MILLISECONDS = 3_600_000

interface LanceStoreParts {
  readonly location: string
  readonly settings: StoreSettings
  readonly packages: LancePackages
  readonly connection: Connection
  readonly table: Table
  readonly schema: Schema
}

/** Makes a store in a folder, or at a location that LanceDB knows, such as `s3://bucket/path`. */
export async function createLanceStore(
  location: string,
  settings: StoreSettings,
  access: StoreAccess,
): Promise<VectorStore> {
  const packages = await loadLance()
  const schema = lanceSchema(packages.arrow, settings)
  try {
    const connection = await connect(packages, location, access)
    const table = await connection.createEmptyTable(TABLE, schema)
    await indexWords(table, packages.lancedb)
    return new LanceStore({ location, settings, packages, connection, table, schema })
  } catch (cause) {
    throw lanceError(location, cause)
  }
}

/** Opens what `createLanceStore` made; undefined where there is nothing. */
export async function openLanceStore(
  location: string,
  access: StoreAccess,
): Promise<VectorStore | undefined> {
  if (!(await mayHoldTable(location))) return undefined
  const packages = await loadLance()
  try {
    const connection = await connect(packages, location, access)
    if (!(await connection.tableNames()).includes(TABLE)) return undefined
    const table = await connection.openTable(TABLE)
    const schema = await table.schema()
    const settings = unpackSettings(schema.metadata.get(SETTINGS_KEY), location)
    const own = lanceSchema(packages.arrow, settings)
    return new LanceStore({ location, settings, packages, connection, table, schema: own })
  } catch (cause) {
    throw lanceError(location, cause)
  }
}

/** LanceDB would make the folder; and a file there is worth an error of its own. */
async function mayHoldTable(location: string): Promise<boolean> {
  if (/^\w+:\/\//.test(location)) return true
  const found = await stat(location).catch(() => undefined)
  if (found && !found.isDirectory()) {
    const message = `${location} is a file; a store is a folder, so name another location`
    throw new StoreError('store-not-a-folder', message, { facts: { location } })
  }
  return (await stat(join(location, `${TABLE}.lance`)).catch(() => undefined)) !== undefined
}

function connect(
  { lancedb }: LancePackages,
  location: string,
  { buckets = {} }: StoreAccess,
): Promise<Connection> {
  const options = { readConsistencyInterval: CONSISTENCY_SECONDS }
  if (!location.startsWith('s3://')) return lancedb.connect(location, options)
  const { endpoint, region } = buckets
  const storageOptions = {
    // Who names an endpoint without TLS, as of a server of one's own, means it.
    allowHttp: 'true',
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  }
  return lancedb.connect(location, { ...options, storageOptions })
}

/** A table of LanceDB: every step is a new version of it, which is there whole or not at all. */
class LanceStore implements VectorStore {
  readonly #parts: LanceStoreParts
  #knownProbes: { readonly until: number; readonly found: Promise<Probes | undefined> } | undefined

  constructor(parts: LanceStoreParts) {
    this.#parts = parts
  }

  get settings(): StoreSettings {
    return this.#parts.settings
  }

  async upsert(records: readonly VectorRecord[]): Promise<void> {
    const checked = checkRecords(records, this.settings)
    if (checked.length === 0) return
    const { packages, schema } = this.#parts
    const words = await joinWords(checked.map(({ text }) => text))
    const worded = checked.map((record, row) => ({ ...record, words: words[row] ?? '' }))
    const rows = lanceTable(packages.arrow, schema, worded)
    await this.#guard((table) =>
      retried(() => {
        // By way of the index of ids, LanceDB does not see that another program adds the same ones.
        const merge = table.mergeInsert('id').useIndex(false)
        return merge.whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(rows)
      }),
    )
  }

  async delete(ids: readonly string[]): Promise<void> {
    const known = ids.filter(isWellFormed)
    if (known.length === 0) return
    await this.#guard((table) => retried(() => table.delete(`id IN (${literals(known)})`)))
  }

  async deleteWhere(filter: Filter): Promise<void> {
    const where = lanceFilter(checkConditions(filter, this.settings)) ?? 'false'
    await this.#guard((table) => retried(() => table.delete(where)))
  }

  async *ids(filter?: Filter): AsyncGenerator<readonly string[], void, void> {
    const where = this.#where(filter)
    const batches = await this.#guard(async (table) => {
      const query = table.query().select(['id'])
      return (where === undefined ? query : query.where(where))[Symbol.asyncIterator]()
    })
    for (;;) {
      const { value, done } = await this.#guard(() => batches.next())
      if (done) return
      yield Array.from(value.getChild('id') ?? [], String)
    }
  }

  async get(ids: readonly string[]): Promise<VectorRecord[]> {
    const rows = await this.#rowsOf(ids, ['vector'])
    return rows.map((row) => {
      const vector = Float32Array.from(row.vector?.toArray() ?? [])
      return { ...storedText(row, this.settings), vector }
    })
  }

  async getTexts(ids: readonly string[]): Promise<StoredText[]> {
    return (await this.#rowsOf(ids, [])).map((row) => storedText(row, this.settings))
  }

  async search(vector: Float32Array, options: SearchOptions = {}): Promise<Hit[]> {
    requireVector(vector, this.settings, 'the query')
    const [top, where] = [checkTop(options), this.#where(options.filter)]
    return this.#guard(async (table) => {
      if (!isComparable(vector, this.settings)) return []
      const probes = await this.#probes(table)
      let query = table.vectorSearch(vector).distanceType(this.settings.similarity).limit(top)
      if (probes) {
        query = query.nprobes(probes.least).refineFactor(probes.refined)
        // A filter may leave too few in those partitions.
        if (where !== undefined) query = query.maximumNprobes(probes.most)
      }
      if (where !== undefined) query = query.where(where)
      const rows: LanceRow[] = await query.select([...this.#columns(), '_distance']).toArray()
      return rows.map((row) => {
        return { ...storedText(row, this.settings), score: 1 - (row._distance ?? 1) }
      })
    })
  }

  async searchText(text: string, options: SearchOptions = {}): Promise<Hit[]> {
    const [top, where] = [checkTop(options), this.#where(options.filter)]
    const words = (await queryWords(text)).join(' ')
    if (words === '') return []
    const { packages } = this.#parts
    return this.#guard(async (table) => {
      await indexWords(table, packages.lancedb)
      let query = table
        .query()
        .fullTextSearch(words, { columns: ['words'] })
        .limit(top)
      if (where !== undefined) query = query.where(where)
      const rows: LanceRow[] = await query.select([...this.#columns(), '_score']).toArray()
      return rows
        .map((row) => ({ ...storedText(row, this.settings), score: row._score ?? 0 }))
        .sort((a, b) => b.score - a.score)
    })
  }

  async count(filter?: Filter): Promise<number> {
    const where = this.#where(filter)
    return this.#guard((table) => table.countRows(where))
  }

  async optimize(): Promise<void> {
    const { packages } = this.#parts
    const cleanupOlderThan = new Date(Date.now() - KEPT_MILLISECONDS)
    await this.#guard(async (table) => {
      await retried(() => table.optimize({ cleanupOlderThan }))
      await retried(() => indexVectors(table, this.settings, packages.lancedb))
      this.#knownProbes = undefined
      await retried(() => indexIds(table, packages.lancedb))
    })
  }

  async close(): Promise<void> {
    this.#parts.table.close()
    this.#parts.connection.close()
  }

  /**
   * How the index of vectors is searched. Looking that up takes longer than a search, so what was found
   * is used until the next search after it has become old.
   */
  async #probes(table: Table): Promise<Probes | undefined> {
    const known = this.#knownProbes
    if (known && performance.now() < known.until) return known.found
    const until = performance.now() + CONSISTENCY_SECONDS * 1000
    const found = probesOf(table, this.settings)
    found.catch(() => {})
    this.#knownProbes = { until, found: known?.found ?? found }
    const refreshed = found.then(() => {
      this.#knownProbes = { until, found }
    })
    if (!known) await refreshed
    else refreshed.catch(() => {})
    return this.#knownProbes.found
  }

  #where(filter: Filter = []): string | undefined {
    return lanceFilter(checkFilter(filter, this.settings))
  }

  #columns(): string[] {
    const names = Object.keys(this.settings.columns)
    return ['id', 'text', ...names.map((name) => METADATA_PREFIX + name)]
  }

  async #rowsOf(ids: readonly string[], more: readonly string[]): Promise<LanceRow[]> {
    const known = ids.filter(isWellFormed)
    if (known.length === 0) return []
    return this.#guard((table) =>
      table
        .query()
        .where(`id IN (${literals(known)})`)
        .select([...this.#columns(), ...more])
        .toArray(),
    )
  }

  async #guard<Result>(work: (table: Table) => Promise<Result>): Promise<Result> {
    const { location, table } = this.#parts
    if (!table.isOpen()) {
      const message = `the store ${location} was closed; open it again`
      throw new StoreError('store-closed', message, { facts: { location } })
    }
    try {
      return await work(table)
    } catch (cause) {
      throw lanceError(location, cause)
    }
  }
}

/**
 * Makes the index of words, where whoever made the table was killed before it could; or brings it up to
 * date: texts that came since would be ranked wrongly.
 */
async function indexWords(table: Table, { Index }: LancePackages['lancedb']): Promise<void> {
  const words = { stem: false, removeStopWords: false, asciiFolding: false, withPosition: false }
  const config = Index.fts({ baseTokenizer: 'whitespace', maxTokenLength: 256, ...words })
  await retried(async () => {
    const stats = await table.indexStats(WORDS_INDEX)
    if (!stats) await table.createIndex('words', { config, name: WORDS_INDEX })
    else if (stats.numUnindexedRows > 0) await table.optimize()
  })
}

async function indexIds(table: Table, { Index }: LancePackages['lancedb']): Promise<void> {
  if ((await table.countRows()) < INDEXED_IDS || (await table.indexStats(IDS_INDEX))) return
  await table.createIndex('id', { config: Index.btree(), name: IDS_INDEX })
}
