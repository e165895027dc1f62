export { type Matrix, rowOf } from './matrix.ts'
export {
  allPairsSimilarity,
  pairwiseSimilarity,
  type SimilarityBlock,
  similarityOf,
  unitRows,
} from './similarity.ts'
