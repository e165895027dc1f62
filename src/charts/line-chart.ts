import type { AxisOptions, Chart, ChartOptions } from './chart.ts'
import {
  colour,
  type PlotLibrary,
  renderChart,
  requireData,
  smallTicks,
  VERTICAL,
} from './render.ts'

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

export interface LineAxisOptions extends AxisOptions {
  /** On `log` equal ratios lie equally far apart. Default `linear`. */
  readonly type?: 'linear' | 'log'
}

export interface LineChartOptions extends ChartOptions {
  readonly x: LineAxisOptions
  readonly y: LineAxisOptions
  readonly notes?: readonly Note[]
}

/** A point worth naming. */
export interface Note {
  readonly at: Point
  readonly text: string
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
        ...noteMarks(plot, notes, x.domain ?? extent(finite)),
      ],
    }),
  })
}

/** Names stand above their points, and do not leave the chart at its sides. */
function noteMarks(
  plot: PlotLibrary,
  notes: readonly Note[],
  [low, high]: readonly [low: number, high: number],
) {
  const anchorOf = ({ at }: Note) => {
    const share = (at[0] - low) / (high - low)
    return share < 0.2 ? 'start' : share > 0.8 ? 'end' : 'middle'
  }
  const position = { x: ({ at }: Note) => at[0], y: ({ at }: Note) => at[1] }
  const style = { dy: -14, fontWeight: 600, stroke: 'white', fill: '#222' }
  return [
    plot.dot(notes, { ...position, r: 5, fill: '#222' }),
    ...(['start', 'middle', 'end'] as const).map((textAnchor) =>
      plot.text(
        notes.filter((note) => anchorOf(note) === textAnchor),
        { ...position, text: ({ text }: Note) => text, ...style, textAnchor },
      ),
    ),
  ]
}

function extent(points: readonly Point[]): readonly [low: number, high: number] {
  return points.reduce(([low, high], [x]): Point => [Math.min(low, x), Math.max(high, x)], [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as Point)
}

function lineMarks(
  plot: PlotLibrary,
  { points, background = [], dots = false }: LineSeries,
  stroke: string,
) {
  const position = { x: ([x]: Point) => x, y: ([, y]: Point) => y }
  const faint = { ...position, stroke, strokeWidth: 1, strokeOpacity: 0.3 }
  return [
    plot.line(thin(background), faint),
    plot.line(thin(points), { ...position, stroke, strokeWidth: 2 }),
    ...(dots ? [plot.dot(points.filter(isFinitePoint), { ...position, fill: stroke, r: 3 })] : []),
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
