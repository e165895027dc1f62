export type { Graph, Shape, Value } from '../graph/index.ts'
export * as operations from '../graph/operations.ts'
export { averageModels } from './average-models.ts'
export {
  type BatchSource,
  type Dataset,
  type DatasetKind,
  datasetOf,
  type Example,
  type LabelOptions,
  type LoadDatasetOptions,
  loadDataset,
  type RowFilter,
} from './data/index.ts'
export type { StepResult } from './engine/messages.ts'
export {
  attentionRelation,
  binaryCrossEntropy,
  type ComparedTexts,
  contrastive,
  cosent,
  cosineSimilarity,
  cosineToTeacher,
  hiddenStates,
  type LabelKind,
  type Loss,
  type LossContext,
  marginMse,
  matryoshka,
  mse,
  multipleNegatives,
  onlineContrastive,
  scoreDistribution,
  scoreMargins,
  similarityDistribution,
  similarityMatrix,
  type TokenContext,
  teacherRanking,
  triplet,
  type Widths,
  weightedSum,
} from './losses/index.ts'
export {
  type EvaluationEntry,
  type MetricsEntry,
  readMetrics,
  type StepEntry,
} from './metrics-log.ts'
export { type NewHeadOptions, withNewHead } from './new-head.ts'
export type { OptimizerOptions, ScheduleOptions } from './optimizer-settings.ts'
export { type TrainRecipeOptions, trainRecipe } from './recipe/train-from-recipe.ts'
export { train } from './train.ts'
export type {
  EvaluationReport,
  ModelAverage,
  Scores,
  StepReport,
  TrainingEvaluation,
  TrainingSource,
  TrainOptions,
  TrainReport,
} from './train-options.ts'
export type { DropoutRates } from './training-graph-builder.ts'
export {
  type PreparedBatches,
  type SessionOptions,
  type StepBatch,
  TrainingSession,
} from './training-session.ts'
