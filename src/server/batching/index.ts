export { Batcher, type BatchingSettings, type BatchRecord } from './batcher.ts'
export { ResultCache } from './result-cache.ts'
export { SharedEncoder, type Sources } from './shared-encoder.ts'
export type { Work } from './ticket.ts'
