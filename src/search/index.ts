export type { StorePrecision, StoreSimilarity } from './constants.ts'
export { type Condition, type Filter, type Membership, parseFilter } from './filter.ts'
export { type HybridOptions, type StoreQuery, searchStore } from './hybrid-search.ts'
export {
  type IndexOptions,
  type IndexProgress,
  type IndexResult,
  indexTexts,
  type TextToIndex,
} from './index-texts.ts'
export { createMemoryStore } from './memory/memory-store.ts'
export {
  createOrOpenStore,
  createStore,
  openStore,
  type StoreAccess,
} from './open-store.ts'
export type { NamedColumn } from './row-texts.ts'
export { modelSettings, type StoreEncoding } from './store-model.ts'
export type { StoreOptions, StoreSettings } from './store-settings.ts'
export { TextSearch, type TextSearchOptions } from './text-search.ts'
export type {
  Hit,
  Metadata,
  SearchOptions,
  StoredText,
  VectorRecord,
  VectorStore,
} from './vector-store.ts'
