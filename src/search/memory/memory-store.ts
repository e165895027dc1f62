import { StoreError } from '../../errors/index.ts'
import { checkRecords, checkTop, isComparable, requireVector } from '../check-records.ts'
import { ExactIndex } from '../exact/exact-index.ts'
import { checkConditions, checkFilter, type Filter, matches } from '../filter.ts'
import { queryWords } from '../segment-words.ts'
import { checkStoreSettings, type StoreOptions, type StoreSettings } from '../store-settings.ts'
import type { Hit, SearchOptions, StoredText, VectorRecord, VectorStore } from '../vector-store.ts'
import { WordIndex } from './word-index.ts'

/**
 * A store that lasts as long as the program, for tests and for small sets: every search looks at
 * every vector, so what it finds is exact; with `int8` and `binary`, nearly so.
 * @throws InputError for wrong settings.
 */
export async function createMemoryStore(options: StoreOptions): Promise<VectorStore> {
  return new MemoryStore(checkStoreSettings(options))
}

class MemoryStore implements VectorStore {
  readonly settings: StoreSettings
  #index: ExactIndex | undefined
  /** [N] */
  readonly #texts: StoredText[] = []
  readonly #rows = new Map<string, number>()
  /** Made for the first search for words. */
  #words: WordIndex | undefined
  /** Resolves when all that changes the store and was begun is done. */
  #changed: Promise<unknown> = Promise.resolve()

  constructor(settings: StoreSettings) {
    this.settings = settings
    this.#index = new ExactIndex(settings)
  }

  async upsert(records: readonly VectorRecord[]): Promise<void> {
    const checked = checkRecords(records, this.settings)
    this.#open()
    await this.#change(async () => {
      await this.#words?.put(checked)
      this.#write(checked)
    })
  }

  async delete(ids: readonly string[]): Promise<void> {
    this.#open()
    await this.#change(async () => this.#remove(ids))
  }

  async deleteWhere(filter: Filter): Promise<void> {
    checkConditions(filter, this.settings)
    await this.delete(this.#idsWhere(filter))
  }

  async *ids(filter: Filter = []): AsyncGenerator<readonly string[], void, void> {
    checkFilter(filter, this.settings)
    const ids = this.#idsWhere(filter)
    if (ids.length > 0) yield ids
  }

  async get(ids: readonly string[]): Promise<VectorRecord[]> {
    const index = this.#open()
    return this.#found(ids).map(({ row, text }) => ({ ...text, vector: index.vector(row) }))
  }

  async getTexts(ids: readonly string[]): Promise<StoredText[]> {
    this.#open()
    return this.#found(ids).map(({ text }) => text)
  }

  async search(vector: Float32Array, options: SearchOptions = {}): Promise<Hit[]> {
    const index = this.#open()
    requireVector(vector, this.settings, 'the query')
    const filter = checkFilter(options.filter ?? [], this.settings)
    const top = checkTop(options)
    if (!isComparable(vector, this.settings)) return []
    const found = index.nearest(vector, {
      top,
      ...(filter.length === 0 ? {} : { accepts: (row) => this.#accepts(filter, row) }),
    })
    return found.flatMap(({ id: row, score }) => {
      const text = this.#texts[row]
      return text ? { ...text, score } : []
    })
  }

  async searchText(text: string, options: SearchOptions = {}): Promise<Hit[]> {
    this.#open()
    const top = checkTop(options)
    const filter = checkFilter(options.filter ?? [], this.settings)
    const words = this.#words ?? (await this.#change(() => this.#indexWords()))
    const found = await words.search(await queryWords(text))
    const accepted = found.filter(({ id }) => this.#accepts(filter, this.#rows.get(id) ?? -1))
    return accepted.slice(0, top).flatMap(({ id, score }) => {
      const hit = this.#texts[this.#rows.get(id) ?? -1]
      return hit ? { ...hit, score } : []
    })
  }

  async count(filter: Filter = []): Promise<number> {
    this.#open()
    return this.#idsWhere(checkFilter(filter, this.settings)).length
  }

  async close(): Promise<void> {
    this.#index = undefined
    this.#words = undefined
    this.#texts.length = 0
    this.#rows.clear()
  }

  #open(): ExactIndex {
    if (this.#index) return this.#index
    throw new StoreError('store-closed', 'the store was closed; create it again')
  }

  #idsWhere(filter: Filter): string[] {
    this.#open()
    return this.#texts.flatMap(({ id, metadata }) => (matches(filter, metadata) ? id : []))
  }

  #accepts(filter: Filter, row: number): boolean {
    const text = this.#texts[row]
    return text !== undefined && matches(filter, text.metadata)
  }

  #found(ids: readonly string[]) {
    return [...new Set(ids)].flatMap((id) => {
      const row = this.#rows.get(id)
      const text = row === undefined ? undefined : this.#texts[row]
      return row === undefined || text === undefined ? [] : { row, text }
    })
  }

  /** One change after the other: words are segmented in turns with other work, which may want one too. */
  #change<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#changed.then(work)
    this.#changed = result.catch(() => {})
    return result
  }

  #write(records: readonly Required<VectorRecord>[]): void {
    const index = this.#open()
    const added = records.filter(({ id }) => !this.#rows.has(id)).length
    index.reserve(index.rows + added)
    const written = records.map(({ vector, ...text }) => {
      const row = this.#rows.get(text.id) ?? this.#rows.size
      this.#rows.set(text.id, row)
      this.#texts[row] = text
      return { row, vector }
    })
    index.write(written)
  }

  #remove(ids: readonly string[]): void {
    const index = this.#open()
    for (const id of ids) {
      const row = this.#rows.get(id)
      if (row === undefined) continue
      this.#words?.discard(id)
      index.remove(row)
      this.#rows.delete(id)
      const last = this.#texts.pop()
      if (last === undefined || last.id === id) continue
      this.#texts[row] = last
      this.#rows.set(last.id, row)
    }
  }

  async #indexWords(): Promise<WordIndex> {
    if (this.#words) return this.#words
    const words = new WordIndex()
    await words.put(this.#texts)
    this.#words = words
    return words
  }
}
