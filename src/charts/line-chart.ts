import type { AxisOptions, Chart, ChartOptions } from './chart.ts'
import { colour } from './palette.ts'
import { type PlotLibrary, renderChart, requireData, smallTicks, VERTICAL } from './render.ts'

export type Point = readonly [x: number, y: number]

/** A line, in the order of its points. Where a coordinate is not finite, the line is broken. */
export interface LineSeries {
  readonly name: string
  readonly points: readonly Point[]
  /** Drawn faintly behind, in the same colour: what `points` was smoothed from. */
  readonly background?: readonly Point[]
  /** Whether each point gets a dot. Default: no. */
  readonly dots?: boolean
}

export interface LineChartOptions extends ChartOptions {
  readonly x: AxisOptions
  readonly y: AxisOptions
  /** Points worth naming. */
  readonly notes?: readonly { readonly at: Point; readonly text: string }[]
}

/**
 * Lines over a common axis. More points than a screen has pixels are thinned: of each stretch the
 * least and the greatest stay.
 * @throws InputError when no point is finite.
 */
export async function lineChart(
  series: readonly LineSeries[],
  options: LineChartOptions,
): Promise<Chart> {
  const { title, x, y, notes = [] } = options
  const all = series.flatMap(({ points, background = [] }) => [...points, ...background])
  const finite = all.filter(isFinitePoint)
  requireData(finite.length, title)
  const largest = finite.reduce((most, [, value]) => Math.max(most, Math.abs(value)), 0)
  return renderChart({
    options,
    legend: series.map(({ name }, index) => ({ name, colour: colour(index) })),
    draw: (plot) => ({
      x: { ...x, nice: true, labelAnchor: 'center', labelArrow: 'none' },
      y: { ...y, nice: true, ...VERTICAL, ...smallTicks(largest) },
      marks: [
        ...series.flatMap((line, index) => lineMarks(plot, line, colour(index))),
        plot.dot(notes, { x: ({ at }) => at[0], y: ({ at }) => at[1], r: 5, fill: '#222' }),
        plot.text(notes, {
          x: ({ at }) => at[0],
          y: ({ at }) => at[1],
          text: ({ text }) => text,
          dy: -14,
          fontWeight: 600,
          stroke: 'white',
          fill: '#222',
        }),
      ],
    }),
  })
}

function lineMarks(
  plot: PlotLibrary,
  { points, background = [], dots = false }: LineSeries,
  stroke: string,
) {
  const place = { x: ([x]: Point) => x, y: ([, y]: Point) => y }
  const faint = { ...place, stroke, strokeWidth: 1, strokeOpacity: 0.3 }
  return [
    plot.line(thin(background), faint),
    plot.line(thin(points), { ...place, stroke, strokeWidth: 2 }),
    ...(dots ? [plot.dot(points.filter(isFinitePoint), { ...place, fill: stroke, r: 3 })] : []),
  ]
}

/** About the pixels a chart is wide. */
const MOST_STRETCHES = 800

function isFinitePoint([x, y]: Point): boolean {
  return Number.isFinite(x) && Number.isFinite(y)
}

/** The least and the greatest of each stretch, in their order. */
function thin(points: readonly Point[]): readonly Point[] {
  if (points.length <= 2 * MOST_STRETCHES) return points
  const stretch = points.length / MOST_STRETCHES
  return Array.from({ length: MOST_STRETCHES }, (_, at) =>
    extremes(points.slice(Math.floor(at * stretch), Math.floor((at + 1) * stretch))),
  ).flat()
}

function extremes(points: readonly Point[]): Point[] {
  const [first] = points
  if (!first) return []
  let least = first
  let greatest = first
  for (const point of points) {
    if (!(point[1] >= least[1])) least = point
    if (!(point[1] <= greatest[1])) greatest = point
  }
  if (least === greatest) return [least]
  return least[0] < greatest[0] ? [least, greatest] : [greatest, least]
}
