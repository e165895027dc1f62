export { type BestAccuracy, type BestF1, bestAccuracy, bestF1 } from './best-threshold.ts'
export { auc, averagePrecision } from './binary-ranking.ts'
export {
  type BootstrapOptions,
  type Interval,
  mean,
  meanInterval,
  quantile,
} from './bootstrap.ts'
export { pearson, spearman } from './correlation.ts'
export type { Numbers } from './numbers.ts'
export { ndcg, recall, reciprocalRank } from './retrieval.ts'
export { spearmanInterval } from './spearman-interval.ts'
