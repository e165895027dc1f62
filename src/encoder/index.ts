export type {
  Embeddings,
  OutputArrays,
  OutputType,
  Ranges,
  TokenEmbeddings,
} from './embeddings.ts'
export { OUTPUT_TYPES } from './embeddings.ts'
export { exportOnnx } from './export-onnx.ts'
export type { LoadOptions } from './load.ts'
export {
  type EncodeOptions,
  type Progress,
  type StreamOptions,
  TRUNCATION_POLICIES,
  type TruncationPolicy,
} from './options.ts'
export { quantize, rangesOf } from './quantization.ts'
export { SentenceEncoder, type TokenizedText } from './sentence-encoder.ts'
