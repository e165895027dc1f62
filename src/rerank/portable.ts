/** What scores pairs in Node and in browsers alike: the way in for code that both run. */
export {
  CrossEncoder,
  type PairScores,
  type RankedDocument,
  type RerankOptions,
  type ScoreOptions,
  type ScoreStreamOptions,
} from './cross-encoder.ts'
