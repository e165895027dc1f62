export type {
  BenchmarkedModel,
  BenchmarkOptions,
  ModelBenchmark,
} from './benchmark.ts'
export { type BenchmarkModelsOptions, benchmarkModels } from './benchmark-models.ts'
export {
  type BenchmarkReport,
  type LoadCost,
  renderBenchmark,
  textBenchmark,
} from './benchmark-report.ts'
export type { Latency, Spread } from './spread.ts'
