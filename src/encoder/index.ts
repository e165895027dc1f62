export { type BatchLayout, batchLayout, batchTensors } from './batch-tensors.ts'
export { PADDING_WORTH_A_RUN } from './batching.ts'
export { blocksOf } from './blocks.ts'
export type { OutputType, TruncationPolicy } from './constants.ts'
export type {
  Embeddings,
  OutputArrays,
  OutputRanges,
  TokenEmbeddings,
} from './embeddings.ts'
export { choosePrompt } from './encode-settings.ts'
export { type EncodedTexts, encodeTexts } from './encoded-texts.ts'
export type { TokenizedText } from './encoder.ts'
export { exportOnnx } from './export-onnx.ts'
export { exportWeb } from './export-web.ts'
export { BUNDLED_MODEL, type LoadOptions, loadSource } from './load.ts'
export { measureActivationRanges } from './measure-activation-ranges.ts'
export { nextTurn } from './next-turn.ts'
export { openCheckpoint, openSource, type RunOptions } from './open-model.ts'
export type {
  EncodeOptions,
  Progress,
  StreamOptions,
} from './options.ts'
export { outputRangesOf, quantizeEmbeddings, quantizeRows, stepWidths } from './quantization.ts'
export { SentenceEncoder } from './sentence-encoder.ts'
export {
  type PreparedText,
  preparePairs,
  prepareTexts,
  type TextPair,
  tokenizeText,
} from './text-preparation.ts'
export { roleOptions, TEXT_ROLES, type TextRole } from './text-role.ts'
export { tokenizerOptions } from './tokenizer-options.ts'
export { finishVectors } from './vectors.ts'
