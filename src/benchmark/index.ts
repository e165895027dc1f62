export {
  type BenchmarkedModel,
  type BenchmarkModelsOptions,
  benchmarkModels,
  type ModelBenchmark,
} from './benchmark.ts'
export {
  type BenchmarkReport,
  type LoadCost,
  renderBenchmark,
  textBenchmark,
} from './benchmark-report.ts'
export type { Latency, Spread } from './spread.ts'
