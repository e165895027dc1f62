/** What encodes in Node and in browsers alike: the way in for code that both run. */
export { assembleEncoder } from './assemble.ts'
export type { OutputType, TruncationPolicy } from './constants.ts'
export type {
  Embeddings,
  OutputArrays,
  OutputRanges,
  TokenEmbeddings,
} from './embeddings.ts'
export { Encoder, type EncoderParts, type TokenizedText } from './encoder.ts'
export {
  type EncodeOptions,
  type Progress,
  requireChoice,
  requireWhole,
  type StreamOptions,
} from './options.ts'
export { outputRangesOf, quantizeEmbeddings } from './quantization.ts'
