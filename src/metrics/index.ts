export {
  type BestAccuracy,
  type BestF1,
  bestAccuracy,
  bestF1,
  type ThresholdQuality,
  thresholdForPrecision,
  thresholdForRecall,
} from './best-threshold.ts'
export { auc, averagePrecision } from './binary-ranking.ts'
export {
  type BootstrapOptions,
  type Interval,
  mean,
  meanInterval,
  quantile,
  seededRandom,
} from './bootstrap.ts'
export { brierScore, expectedCalibrationError } from './calibration-error.ts'
export { MAP_KINDS, type MapKind } from './constants.ts'
export { pearson, spearman } from './correlation.ts'
export type { Numbers } from './numbers.ts'
export {
  fitProbabilityMap,
  type ProbabilityMap,
  probabilityOf,
} from './probability-map.ts'
export { ndcg, recall, reciprocalRank } from './retrieval.ts'
export { spearmanInterval } from './spearman-interval.ts'
