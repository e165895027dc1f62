import { cpus } from 'node:os'
import {
  type BenchmarkedModel,
  type BenchmarkReport,
  benchmark,
  createBenchmarkReport,
  matrixPeak,
} from '../../benchmark/index.ts'
import { physicalCores } from '../../runtime/index.ts'
import type { DistilOptions, TimingOptions } from '../distil-options.ts'

/** Times models in turns on the same texts; see `benchmark`. */
export async function timeModels(
  models: readonly BenchmarkedModel[],
  texts: readonly string[],
  run: DistilOptions & { readonly timing: TimingOptions },
): Promise<BenchmarkReport> {
  const { texts: most = 512, batchSize = 16, maxLength = 256, repetitions = 3 } = run.timing
  const { threads = physicalCores(), signal, onProgress } = run
  const backend = models[0]?.encoder.backend ?? 'native'
  const sample = texts.slice(0, most)
  const peakGigaflops = (await matrixPeak({ threads, backend })) / 1e9
  const measured = await benchmark(models, sample, {
    batchSize,
    maxLength,
    repetitions,
    ...(signal ? { signal } : {}),
    onProgress: (progress) => onProgress?.({ doing: 'timing', name: 'models', ...progress }),
  })
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor'
  return createBenchmarkReport(measured, [], {
    machine: { processor, threads, backend, peakGigaflops },
    ...{ batchSize, maxLength, repetitions, warmUp: 1, texts: sample.length },
  })
}
