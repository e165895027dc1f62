import type { Dataset } from '../train/index.ts'

/** All texts of data sets, in order. */
export function* textsOf(datasets: readonly Dataset[]): Generator<string, void, void> {
  for (const dataset of datasets) {
    for (let index = 0; index < dataset.length; index += 1) yield* dataset.example(index).texts
  }
}
