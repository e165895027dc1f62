export { Batcher, type BatchRecord } from './batcher.ts'
export { SharedEncoder, type Sources } from './shared-encoder.ts'
