export {
  type BenchmarkedModel,
  type BenchmarkOptions,
  benchmark,
  type ModelBenchmark,
} from './benchmark.ts'
export {
  type BenchmarkFormat,
  type BenchmarkReport,
  createBenchmarkReport,
  type LoadCost,
  renderBenchmark,
  textBenchmark,
} from './benchmark-report.ts'
export { matrixPeak } from './matrix-peak.ts'
export type { Latency, Spread } from './spread.ts'
