export { BestScores, type Scored } from './best-scores.ts'
export { type Matrix, rowOf, stackRows } from './matrix.ts'
export {
  allPairsSimilarity,
  pairwiseSimilarity,
  type SimilarityBlock,
  similarityOf,
  unitRows,
} from './similarity.ts'
