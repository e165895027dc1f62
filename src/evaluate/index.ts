export {
  auc,
  averagePrecision,
  type BestAccuracy,
  type BestF1,
  type BootstrapOptions,
  bestAccuracy,
  bestF1,
  brierScore,
  expectedCalibrationError,
  fitProbabilityMap,
  type Interval,
  type MapKind,
  mean,
  meanInterval,
  ndcg,
  type ProbabilityMap,
  pearson,
  probabilityOf,
  recall,
  reciprocalRank,
  spearman,
  spearmanInterval,
  thresholdForPrecision,
  thresholdForRecall,
} from '../metrics/index.ts'
export { cachedEncode, type FillOptions, fillCache } from './cached-encode.ts'
export {
  type CalibrateOptions,
  type CalibrationResult,
  calibrate,
  type MapQuality,
  type ThresholdGoal,
} from './calibrate.ts'
export type { ReportFormat } from './constants.ts'
export { type Encode, evaluateTask, evaluateTasks, type TaskResult } from './evaluate-tasks.ts'
export { type HubTasksOptions, loadHubTasks } from './load-hub-tasks.ts'
export {
  type LoadedTasks,
  type LoadTasksOptions,
  loadTask,
  loadTasks,
  type MissingTask,
} from './load-tasks.ts'
export { type PairColumns, type ReadPairsOptions, readPairs } from './read-pairs.ts'
export { renderReport, reportJson, textReport } from './render-report.ts'
export {
  type Comparison,
  createReport,
  type ModelReport,
  type ModelResults,
  type Report,
  type ReportOptions,
} from './report.ts'
export {
  evaluateRetrieval,
  evaluateRetrievalSets,
  loadRetrieval,
  loadRetrievalSet,
  type RetrievalData,
  type RetrievalEncode,
  type RetrievalFiles,
  type RetrievalModel,
  type RetrievalOptions,
  type RetrievalResult,
  type RetrievalSet,
  type RetrievalSetResult,
  retrievalTable,
} from './retrieval/index.ts'
export { scoreHistogram } from './score-histogram.ts'
export type { LabelKind, Pairs, Task } from './task.ts'
export { TASK_NAMES } from './task-specs.ts'
export { VectorCache, type VectorType } from './vector-cache.ts'
