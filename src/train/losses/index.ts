export {
  type AttentionRelationOptions,
  attentionRelation,
  RELATIONS,
  type Relation,
} from './attention-relation.ts'
export { type BinaryCrossEntropyOptions, binaryCrossEntropy } from './binary-cross-entropy.ts'
export { type ContrastiveOptions, contrastive } from './contrastive.ts'
export { type CosentOptions, cosent } from './cosent.ts'
export { cosineSimilarity } from './cosine-similarity.ts'
export { type CosineToTeacherOptions, cosineToTeacher } from './cosine-to-teacher.ts'
export type { DefinedLoss } from './define-loss.ts'
export { type HiddenStatesOptions, hiddenStates, type StatePair } from './hidden-states.ts'
export type { LabelKind, Loss, LossContext, TokenContext, Widths } from './loss.ts'
export { marginMse } from './margin-mse.ts'
export { type MatryoshkaOptions, matryoshka, matryoshkaOptions } from './matryoshka.ts'
export { mse } from './mse.ts'
export { type MultipleNegativesOptions, multipleNegatives } from './multiple-negatives.ts'
export { onlineContrastive } from './online-contrastive.ts'
export { LABEL_LOSSES, LOSSES, type LossList, lossNamed, TEACHER_LOSSES } from './registry.ts'
export { type ScoreDistributionOptions, scoreDistribution } from './score-distribution.ts'
export { type ScoreMarginsOptions, scoreMargins } from './score-margins.ts'
export { DISTANCES, type Distance } from './similarity.ts'
export {
  type SimilarityDistributionOptions,
  similarityDistribution,
} from './similarity-distribution.ts'
export { similarityMatrix } from './similarity-matrix.ts'
export type { TeacherOptions } from './teacher.ts'
export { type TeacherRankingOptions, teacherRanking } from './teacher-ranking.ts'
export { type TripletOptions, triplet } from './triplet.ts'
export type { ComparedTexts, RelationalOptions } from './unit-pair.ts'
export { type WeightedLoss, weightedSum } from './weighted-sum.ts'
