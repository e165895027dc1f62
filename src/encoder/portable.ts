/** What encodes in Node and in browsers alike: the way in for code that both run. */
export { assembleModel } from './assemble.ts'
export { checkOutputs } from './check-outputs.ts'
export type { OutputType, TruncationPolicy } from './constants.ts'
export type {
  Embeddings,
  OutputArrays,
  OutputRanges,
  TokenEmbeddings,
} from './embeddings.ts'
export { encodeSettings, requireTexts } from './encode-settings.ts'
export { Encoder, type EncoderParts, type TokenizedText } from './encoder.ts'
export { BLOCK_SIZE, EncodingPipeline } from './encoding-pipeline.ts'
export {
  type EncodeOptions,
  type Progress,
  requireChoice,
  requireWhole,
  type StreamOptions,
} from './options.ts'
export { requireTokens } from './prepared-tokens.ts'
export { outputRangesOf, quantizeEmbeddings } from './quantization.ts'
export { type PreparedText, preparePairs, type TextPair } from './text-preparation.ts'
