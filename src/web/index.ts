export type {
  Embeddings,
  EncodeOptions,
  OutputArrays,
  OutputRanges,
  OutputType,
  Progress,
  StreamOptions,
  TokenEmbeddings,
  TokenizedText,
  TruncationPolicy,
} from '../encoder/portable.ts'
export { outputRangesOf, quantizeEmbeddings } from '../encoder/portable.ts'
export {
  CheckpointError,
  HubError,
  InputError,
  RuntimeError,
  YujuError,
} from '../errors/index.ts'
export {
  allPairsSimilarity,
  type Matrix,
  pairwiseSimilarity,
  type SimilarityBlock,
  similarityOf,
} from '../similarity/index.ts'
export type { DownloadProgress } from './file-messages.ts'
export type { WebBackend } from './open-session.ts'
export { type LoadOptions, SentenceEncoder } from './sentence-encoder.ts'
