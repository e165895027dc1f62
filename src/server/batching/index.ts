export { Batcher, type BatchingSettings, type BatchRecord } from './batcher.ts'
export { SharedEncoder, type Sources } from './shared-encoder.ts'
export type { Work } from './work.ts'
