import { cpus } from 'node:os'
import { instructionSets } from '../runtime/index.ts'
import { type BenchmarkedModel, type BenchmarkOptions, benchmark } from './benchmark.ts'
import { type BenchmarkReport, createBenchmarkReport, type LoadCost } from './benchmark-report.ts'
import { matrixPeak } from './matrix-peak.ts'

export interface BenchmarkModelsOptions extends BenchmarkOptions {
  /** The models' threads. */
  readonly threads: number
  /** As many as models, in their order. Default: loading was not measured. */
  readonly loads?: readonly LoadCost[]
}

/** Measures models as `benchmark` does, and the machine; puts all of it into a report. */
export async function benchmarkModels(
  models: readonly BenchmarkedModel[],
  texts: readonly string[],
  { threads, loads = [], ...options }: BenchmarkModelsOptions,
): Promise<BenchmarkReport> {
  const { batchSize = 16, maxLength = 256, repetitions = 5, warmUp = 1 } = options
  const backend = models[0]?.encoder.backend ?? 'native'
  const peakGigaflops = (await matrixPeak({ threads, backend })) / 1e9
  const settings = { batchSize, maxLength, repetitions, warmUp }
  const measured = await benchmark(models, texts, { ...options, ...settings })
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor'
  const machine = { processor, instructionSets: instructionSets(), threads, backend, peakGigaflops }
  return createBenchmarkReport(measured, loads, { machine, ...settings, texts: texts.length })
}
