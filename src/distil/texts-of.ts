import type { Dataset } from '../train/index.ts'

/** All texts of data sets, in order; or those of some columns. */
export function* textsOf(
  datasets: readonly Dataset[],
  columns?: readonly number[],
): Generator<string, void, void> {
  for (const dataset of datasets) {
    for (let index = 0; index < dataset.length; index += 1) {
      const { texts } = dataset.example(index)
      yield* columns ? columns.map((column) => texts[column] ?? '') : texts
    }
  }
}
