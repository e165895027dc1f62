export type {
  BootstrapOptions,
  ProbabilityMap,
  ThresholdQuality,
} from '../metrics/index.ts'
export {
  type CalibrateOptions,
  type CalibrationResult,
  calibrate,
  type MapQuality,
  type ThresholdGoal,
} from './calibrate.ts'
export type { ReportFormat } from './constants.ts'
export {
  evaluateRetrieval,
  evaluateRetrievalSets,
  type RetrievalEncode,
  type RetrievalOptions,
  type RetrievalResult,
  type RetrievalSetResult,
} from './evaluate-retrieval.ts'
export { type Encode, evaluateTasks, type TaskResult } from './evaluate-tasks.ts'
export { type HubTasksOptions, loadHubTasks } from './load-hub-tasks.ts'
export {
  loadRetrieval,
  loadRetrievalSet,
  type RetrievalData,
  type RetrievalFiles,
  type RetrievalSet,
} from './load-retrieval.ts'
export {
  type LoadedTasks,
  type LoadTaskOptions,
  type LoadTasksOptions,
  loadTask,
  loadTasks,
  type MissingTask,
} from './load-tasks.ts'
export { type PairColumns, type ReadPairsOptions, readPairs } from './read-pairs.ts'
export { renderReport } from './render-report.ts'
export {
  type Comparison,
  createReport,
  type Kept,
  type ModelReport,
  type ModelResults,
  type Report,
  type ReportOptions,
} from './report.ts'
export type { GoldLabels, Pairs, Task } from './task.ts'
export { cachedEncode, type FillOptions, VectorCache, type VectorType } from './vector-cache.ts'
