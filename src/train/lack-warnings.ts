import type { StepBatch } from './training-session.ts'
import type { TrainingSource } from './training-source.ts'

/** Warns of batches that a loss learns nothing from: of the 1st, 10th, 100th … of each source. */
export class LackWarnings {
  readonly #warn: (message: string) => void
  readonly #counts = new Map<TrainingSource, { batches: number; lacking: number }>()

  constructor(warn: (message: string) => void) {
    this.#warn = warn
  }

  /** Looks at a batch that is about to be trained on. */
  check(source: TrainingSource, { examples }: Pick<StepBatch, 'examples'>): void {
    const counts = this.#counts.get(source) ?? { batches: 0, lacking: 0 }
    this.#counts.set(source, counts)
    counts.batches += 1
    const lack = source.loss.lack?.(examples)
    if (lack === undefined) return
    counts.lacking += 1
    if (Number.isInteger(Math.log10(counts.lacking))) this.#warn(warning(source, lack, counts))
  }
}

function warning(
  { dataset, loss, batchSize }: TrainingSource,
  lack: string,
  { batches, lacking }: { readonly batches: number; readonly lacking: number },
): string {
  return (
    `${loss.name} learns nothing from a batch of ${dataset.name}: ${lack} (so it was in ${lacking} of ` +
    `${batches} batches); make batches larger than ${batchSize}, or use another loss or data`
  )
}
