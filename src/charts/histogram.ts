import type { AxisOptions, Chart, ChartOptions } from './chart.ts'
import { colour, renderChart, requireData, VERTICAL } from './render.ts'

/** Values of one kind, such as the similarities of all positive pairs. */
export interface HistogramSeries {
  readonly name: string
  readonly values: ArrayLike<number>
}

export interface HistogramOptions extends ChartOptions {
  /** Values outside its domain count into the first or the last bin. */
  readonly x: AxisOptions
  /** How many bins of the same width; default 40. */
  readonly bins?: number
  /** Values worth a vertical line, such as a threshold. */
  readonly notes?: readonly { readonly at: number; readonly text: string }[]
}

interface Bin {
  readonly from: number
  readonly to: number
  /** Of the values of the series, in per cent. */
  readonly share: number
}

/**
 * How values are spread: for each series the share of its values that each bin holds, so that
 * series of different sizes compare. Values that are not finite do not count.
 * @throws InputError when none is left.
 */
export async function histogram(
  series: readonly HistogramSeries[],
  options: HistogramOptions,
): Promise<Chart> {
  const { title, x, bins = 40, notes = [] } = options
  const finite = series.map(({ values }) => Array.from(values).filter(Number.isFinite))
  requireData(finite.flat().length, title)
  const domain = x.domain ?? extent(finite.flat())
  const binned = finite.map((values) => binValues(values, domain, bins))
  const highest = binned.flat().reduce((most, { share }) => Math.max(most, share), 0)
  return renderChart({
    options,
    legend: series.map(({ name }, index) => ({ name, colour: colour(index) })),
    draw: (plot) => ({
      x: { ...x, domain, labelAnchor: 'center', labelArrow: 'none' },
      y: { label: 'share of the values (%)', ...VERTICAL },
      marks: [
        ...binned.map((values, index) =>
          plot.rectY(values, {
            x1: 'from',
            x2: 'to',
            y: 'share',
            fill: colour(index),
            fillOpacity: series.length > 1 ? 0.55 : 1,
          }),
        ),
        plot.ruleY([0], { stroke: '#222' }),
        plot.ruleX(notes, { x: 'at', stroke: '#222', strokeDasharray: '4 3' }),
        plot.text(notes, {
          x: 'at',
          y: highest,
          text: 'text',
          dx: 5,
          textAnchor: 'start',
          stroke: 'white',
          fill: '#222',
        }),
      ],
    }),
  })
}

/** The least and the greatest; a single value gets some room around it. */
function extent(values: readonly number[]): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low < high ? [low, high] : [low - 0.5, high + 0.5]
}

function binValues(
  values: readonly number[],
  [low, high]: readonly [number, number],
  bins: number,
): Bin[] {
  const counts = new Array<number>(bins).fill(0)
  const width = (high - low) / bins
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((value - low) / width)))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return counts.map((count, bin) => ({
    from: low + bin * width,
    to: low + (bin + 1) * width,
    share: (100 * count) / Math.max(1, values.length),
  }))
}
