import type { Filter } from './filter.ts'
import type { StoreSettings } from './store-settings.ts'

/** What is kept beside a text: one value for each of the store's columns. */
export type Metadata = Readonly<Record<string, string | number>>

/** A text, its vector, and what is known of it. */
export interface VectorRecord {
  /** Names the record; at most 512 bytes of UTF-8. */
  readonly id: string
  /** At most 65,535 bytes of UTF-8. */
  readonly text: string
  /** [D], finite; where vectors are compared by the cosine, not all zeros. */
  readonly vector: Float32Array
  /** Default: none, for a store without columns. */
  readonly metadata?: Metadata
}

/** A record without its vector. */
export interface StoredText {
  readonly id: string
  readonly text: string
  readonly metadata: Metadata
}

/** A record that was found. */
export interface Hit extends StoredText {
  /**
   * The higher the better. Of vectors: the store's similarity. Of words: BM25, which only says
   * something beside the other scores of the same search.
   */
  readonly score: number
}

/** How many records are looked for, and among which. */
export interface SearchOptions {
  /** How many records to find, at most. Default 10, at most 10,000. */
  readonly top?: number
  /** Only records of which all of it is true. */
  readonly filter?: Filter
}

/**
 * Records with vectors, to be searched. `createStore` and `openStore` give one that lasts,
 * `createMemoryStore` one that does not; all behave the same, and test/vector-store.test.ts says how.
 *
 * All methods refuse with InputError what cannot be meant (another dimension, NaN, an unknown
 * column, a text with half a surrogate pair), and with StoreError when the store cannot be reached, read or written. Nothing of a call
 * that was refused is kept.
 */
export interface VectorStore {
  /** What was fixed when the store was created. */
  readonly settings: StoreSettings

  /** Adds records; where there is one of the same id, it is replaced. All of them, or none. */
  upsert(records: readonly VectorRecord[]): Promise<void>

  /** Removes records by id; ids there are none of are passed over. */
  delete(ids: readonly string[]): Promise<void>

  /**
   * Removes the records of which a filter is true.
   * @throws InputError for a filter without conditions, of which every record would be removed.
   */
  deleteWhere(filter: Filter): Promise<void>

  /**
   * The ids of all records, or of those of which a filter is true, in blocks and in any order. Records
   * that are added or removed meanwhile may be among them or not.
   */
  ids(filter?: Filter): AsyncIterable<readonly string[]>

  /** The records of these ids, in any order, without those there are none of. */
  get(ids: readonly string[]): Promise<VectorRecord[]>

  /** As `get`, without the vectors. */
  getTexts(ids: readonly string[]): Promise<StoredText[]>

  /**
   * The records whose vectors are the most similar to a vector [D], the best first. To one of zeros
   * nothing has a cosine: then none.
   */
  search(vector: Float32Array, options?: SearchOptions): Promise<Hit[]>

  /** The records whose texts share words with a text, by BM25, the best first. */
  searchText(text: string, options?: SearchOptions): Promise<Hit[]>

  /** How many records there are, or of how many the filter is true. */
  count(filter?: Filter): Promise<number>

  /**
   * Builds, or brings up to date, what makes search fast; to be called after many upserts. Absent
   * where there is nothing to build.
   */
  optimize?(): Promise<void>

  /** Lets go of files, connections and memory; the store is of no use afterwards. */
  close(): Promise<void>
}
