import { StoreError } from '../errors/index.ts'
import { isMilvusLocation } from './milvus/milvus-location.ts'
import { checkStoreSettings, type StoreOptions } from './store-settings.ts'
import type { VectorStore } from './vector-store.ts'

/** How a store is reached. */
export interface StoreAccess {
  /** For Milvus: `user:password`, or a key of Zilliz Cloud. Default: none. */
  readonly token?: string
  /** For LanceDB in a bucket: where S3 is. Default: what Amazon's tools find in the environment. */
  readonly buckets?: {
    readonly endpoint?: string | undefined
    readonly region?: string | undefined
  }
}

/**
 * Opens a store that lasts: a folder (LanceDB; also `s3://…` and what else LanceDB knows), or
 * `milvus://host:19530/collection`.
 * @throws StoreError when there is none, it is damaged, or it cannot be reached; or when the package
 *   it needs is not installed.
 * @example
 * ```ts
 * import { SentenceEncoder } from 'yuju'
 * import { openStore, TextSearch } from 'yuju/search'
 *
 * await using encoder = await SentenceEncoder.load('my-model')
 * const store = await openStore('my-store')
 * const search = await TextSearch.open(encoder, store)
 * const hits = await search.search('花呗如何还钱', { top: 3, hybrid: true })
 * await store.close()
 * ```
 */
export async function openStore(location: string, access: StoreAccess = {}): Promise<VectorStore> {
  const store = await findStore(location, access)
  if (store) return store
  const message = `there is no store at ${location}; make one with yuju index, or createStore`
  throw new StoreError('store-missing', message, { facts: { location } })
}

/**
 * Makes a store that lasts, at a location that `openStore` knows.
 * @throws InputError for wrong settings; StoreError when there is a store already, or it cannot be
 *   made.
 */
export async function createStore(
  location: string,
  options: StoreOptions,
  access: StoreAccess = {},
): Promise<VectorStore> {
  const settings = checkStoreSettings(options)
  const found = await findStore(location, access)
  if (found) {
    await found.close()
    const message = `there is a store at ${location} already; open it, or name another location`
    throw new StoreError('store-exists', message, { facts: { location } })
  }
  if (isMilvusLocation(location)) {
    const { createMilvusStore } = await import('./milvus/milvus-store.ts')
    return createMilvusStore(location, settings, access)
  }
  const { createLanceStore } = await import('./lance/lance-store.ts')
  return createLanceStore(location, settings, access)
}

/**
 * Makes a store, or opens the one that another program has made meanwhile; its settings may differ from
 * the options.
 * @throws as `createStore` and `openStore`.
 */
export async function createOrOpenStore(
  location: string,
  options: StoreOptions,
  access: StoreAccess = {},
): Promise<VectorStore> {
  try {
    return await createStore(location, options, access)
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'store-exists')) throw error
    return await openStore(location, access)
  }
}

/** As `openStore`, but undefined where there is no store. */
export async function findStore(
  location: string,
  access: StoreAccess = {},
): Promise<VectorStore | undefined> {
  if (isMilvusLocation(location)) {
    const { openMilvusStore } = await import('./milvus/milvus-store.ts')
    return openMilvusStore(location, access)
  }
  const { openLanceStore } = await import('./lance/lance-store.ts')
  return openLanceStore(location, access)
}
