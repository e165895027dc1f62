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
export type { DownloadProgress } from './fetch-files.ts'
export type { WebBackend } from './open-session.ts'
export { SentenceEncoder, type WebLoadOptions } from './sentence-encoder.ts'
