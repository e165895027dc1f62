export type { Condition, Filter, Membership } from './filter.ts'
export { parseFilter } from './filter.ts'
export { createMemoryStore } from './memory/memory-store.ts'
export { createStore, openStore, type StoreAccess } from './open-store.ts'
export { segmentWords } from './segment-words.ts'
export type {
  StoreOptions,
  StorePrecision,
  StoreSettings,
  StoreSimilarity,
} from './store-settings.ts'
export type {
  Hit,
  Metadata,
  SearchOptions,
  StoredText,
  VectorRecord,
  VectorStore,
} from './vector-store.ts'
