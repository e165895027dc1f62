import type { CalibrationFile } from '../checkpoint/index.ts'

/** How the scores of positives and of negatives are spread, with the threshold: a picture as SVG. */
export async function scoreHistogram(
  { similarity, threshold }: CalibrationFile,
  { gold, scores }: { readonly gold: Float64Array; readonly scores: Float64Array },
): Promise<string> {
  const { histogram } = await import('../charts/index.ts')
  const withLabel = (label: number) => scores.filter((_, row) => gold[row] === label)
  const series = [
    { name: 'negative pairs', values: withLabel(0) },
    { name: 'positive pairs', values: withLabel(1) },
  ]
  const chart = await histogram(series, {
    title: 'Scores of pairs',
    subtitle: `${scores.length} pairs; from the threshold on, a pair matches`,
    x: { label: `${similarity} similarity` },
    notes: [{ at: threshold, text: `threshold ${threshold.toFixed(3)}` }],
  })
  return chart.svg
}
