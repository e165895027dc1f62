import {
  type BenchmarkedModel,
  type BenchmarkReport,
  benchmarkModels,
} from '../../benchmark/index.ts'
import { physicalCores } from '../../runtime/index.ts'
import type { DistilOptions, TimingOptions } from '../distil-options.ts'

/** Times models in turns on the same texts; see `benchmarkModels`. */
export async function timeModels(
  models: readonly BenchmarkedModel[],
  heldOut: readonly string[],
  run: DistilOptions & { readonly timing: TimingOptions },
): Promise<BenchmarkReport> {
  const { texts = 512, repetitions = 3, ...settings } = run.timing
  const { threads = physicalCores(), signal, onProgress } = run
  return benchmarkModels(models, heldOut.slice(0, texts), {
    ...settings,
    repetitions,
    threads,
    ...(signal ? { signal } : {}),
    onProgress: (progress) => onProgress?.({ doing: 'timing', name: 'models', ...progress }),
  })
}
