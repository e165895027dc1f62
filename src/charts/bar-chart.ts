import type { AxisOptions, Chart, ChartOptions } from './chart.ts'
import { colour, renderChart, requireData, VERTICAL } from './render.ts'

/** A bar among those of its category. */
export interface Bar {
  /** What stands below a group of bars. */
  readonly category: string
  /** Which bar of each group this is; the legend explains its colour. */
  readonly series: string
  readonly value: number
  /** Ends of the line that shows the uncertainty, such as a 95 % interval. */
  readonly interval?: readonly [low: number, high: number]
}

export interface BarChartOptions extends ChartOptions {
  readonly y: AxisOptions
  /** Of the value above each bar; default: up to three digits. */
  readonly format?: (value: number) => string
}

/**
 * Bars from zero, a group for each category, in the order of their first appearance. A bar whose
 * value is not finite is not drawn.
 * @throws InputError when none is left.
 */
export async function barChart(bars: readonly Bar[], options: BarChartOptions): Promise<Chart> {
  const { title, y, format = shortValue } = options
  const shown = bars.filter(({ value }) => Number.isFinite(value))
  requireData(shown.length, title)
  const categories = [...new Set(bars.map(({ category }) => category))]
  const series = [...new Set(bars.map((bar) => bar.series))]
  const colours = series.map((_, index) => colour(index))
  const position = { fx: 'category', x: 'series' } as const
  const tip = ({ value, interval }: Bar) => interval?.[value < 0 ? 0 : 1] ?? value
  return renderChart({
    options,
    legend: series.map((name, index) => ({ name, colour: colour(index) })),
    draw: (plot) => ({
      fx: { domain: categories, label: null, axis: 'bottom', padding: 0.15 },
      x: { domain: series, axis: null, padding: 0.05 },
      y: { ...y, nice: true, ...VERTICAL },
      color: { domain: series, range: colours },
      marks: [
        plot.barY(shown, { ...position, y: 'value', fill: 'series' }),
        plot.ruleY([0], { stroke: '#222' }),
        plot.ruleX(
          shown.filter(({ interval }) => interval),
          {
            ...position,
            y1: ({ interval }: Bar) => interval?.[0] ?? 0,
            y2: ({ interval }: Bar) => interval?.[1] ?? 0,
            stroke: '#222',
          },
        ),
        ...[true, false].map((isNegative) =>
          plot.text(
            shown.filter(({ value }) => value < 0 === isNegative),
            {
              ...position,
              y: tip,
              text: ({ value }: Bar) => format(value),
              dy: isNegative ? 9 : -7,
              fontSize: 10,
            },
          ),
        ),
      ],
    }),
  })
}

function shortValue(value: number): string {
  return String(Number(value.toPrecision(3))).replace('-', '\u2212')
}
