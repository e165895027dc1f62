export type { ScoreActivation } from '../checkpoint/index.ts'
export type { TextPair } from '../encoder/index.ts'
export type {
  PairScores,
  RankedDocument,
  RerankOptions,
  ScoreOptions,
  ScoreStreamOptions,
} from './cross-encoder.ts'
export { Reranker } from './reranker.ts'
