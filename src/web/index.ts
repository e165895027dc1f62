export type { DownloadProgress, ScoreActivation } from '../checkpoint/portable.ts'
export type {
  Embeddings,
  EncodeOptions,
  OutputArrays,
  OutputRanges,
  OutputType,
  Progress,
  StreamOptions,
  TextPair,
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
export type {
  PairScores,
  RankedDocument,
  RerankOptions,
  ScoreOptions,
  ScoreStreamOptions,
} from '../rerank/portable.ts'
export {
  allPairsSimilarity,
  type Matrix,
  pairwiseSimilarity,
  type SimilarityBlock,
  similarityOf,
} from '../similarity/index.ts'
export type { WebLoadOptions } from './load-model.ts'
export type { WebBackend } from './open-session.ts'
export { Reranker } from './reranker.ts'
export { SentenceEncoder } from './sentence-encoder.ts'
