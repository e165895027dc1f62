import { type Chart, type LineSeries, lineChart, type Point, stackCharts } from '../charts/index.ts'
import { writeFileAtomic } from '../files/index.ts'
import {
  type EvaluationEntry,
  type MetricsEntry,
  readMetrics,
  type StepEntry,
} from './metrics-log.ts'

export interface LossCurveOptions {
  /** Default: Training loss. */
  readonly title?: string
  /** The score whose best value is marked. Default: the only one there is. */
  readonly metric?: string
}

/**
 * Plots a metrics log as SVG: loss, learning rate and scores of evaluations against steps.
 * @throws InputError when there is no log or no loss in it; OutputError when the picture cannot be
 *   written.
 */
export async function writeLossCurve(
  log: string,
  picture: string,
  options: LossCurveOptions = {},
): Promise<void> {
  const { svg } = await lossCurve(await readMetrics(log), options)
  await writeFileAtomic(picture, svg)
}

async function lossCurve(
  entries: readonly MetricsEntry[],
  { title = 'Training loss', metric }: LossCurveOptions,
): Promise<Chart> {
  const steps = entries.filter((entry) => 'loss' in entry)
  const evaluations = entries.filter((entry) => 'scores' in entry)
  const last = entries.reduce((most, { step }) => Math.max(most, step), 1)
  const x = { label: 'step', domain: [0, last] as const }
  const panels = [await lossPanel(steps, { title, x }), await ratePanel(steps, x)]
  if (evaluations.length > 0) panels.push(await scorePanel(evaluations, { x, metric }))
  return stackCharts(panels)
}

type StepAxis = { readonly label: string; readonly domain: readonly [number, number] }

/** More data sets than this are not told apart. */
const MOST_SOURCES = 6

/** Data sets have lines of their own, as losses of different kinds have different heights. */
function lossPanel(
  steps: readonly StepEntry[],
  { title, x }: { readonly title: string; readonly x: StepAxis },
): Promise<Chart> {
  const names = [...new Set(steps.map(({ source }) => source))]
  const isApart = names.length <= MOST_SOURCES
  const groups = isApart
    ? names.map((name) => steps.filter(({ source }) => source === name))
    : [steps]
  const window = Math.max(1, Math.round(steps.length / 50 / groups.length))
  const series = groups.map((group, at): LineSeries => {
    const points = group.map(({ step, loss }): Point => [step, loss])
    const name = isApart ? (names[at] ?? '') : 'all data sets'
    if (window === 1) return { name, points }
    return { name, points: smooth(points, window), background: points }
  })
  const subtitle =
    window === 1 ? 'each step' : `faint: each step; strong: mean of about the last ${window}`
  const source = names.length === 1 ? ` · data set ${names[0]}` : ''
  return lineChart(series, { title, subtitle: subtitle + source, x, y: { label: 'loss' } })
}

/**
 * The exponential moving average with the bias of its start corrected: sₙ = Σ βᵏ xₙ₋ₖ / Σ βᵏ with
 * β = 1 - 1 / window. Reference: Kingma and Ba, Adam, 2015, section 3. Values that are not finite
 * are passed over.
 */
function smooth(points: readonly Point[], window: number): Point[] {
  const beta = 1 - 1 / window
  let sum = 0
  let weight = 0
  return points.map(([x, y]): Point => {
    if (!Number.isFinite(y)) return [x, y]
    sum = beta * sum + y
    weight = beta * weight + 1
    return [x, sum / weight]
  })
}

function ratePanel(steps: readonly StepEntry[], x: StepAxis): Promise<Chart> {
  const points = steps.map(({ step, learningRate }): Point => [step, learningRate])
  const series = [{ name: 'learning rate', points }]
  return lineChart(series, {
    title: 'Learning rate',
    x,
    y: { label: 'learning rate' },
    height: 160,
  })
}

function scorePanel(
  evaluations: readonly EvaluationEntry[],
  { x, metric }: { readonly x: StepAxis; readonly metric: string | undefined },
): Promise<Chart> {
  const names = [...new Set(evaluations.flatMap(({ scores }) => Object.keys(scores)))]
  const series = names.map(
    (name): LineSeries => ({
      name,
      dots: true,
      points: evaluations.map(({ step, scores }): Point => [step, scores[name] ?? Number.NaN]),
    }),
  )
  const marked = series.find(({ name }) => name === (metric ?? (names.length === 1 && names[0])))
  const best = marked?.points
    .filter(([, score]) => Number.isFinite(score))
    .reduce<Point | undefined>(
      (most, point) => (most && most[1] >= point[1] ? most : point),
      undefined,
    )
  return lineChart(series, {
    title: 'Evaluation',
    ...(marked ? { subtitle: `best by ${marked.name}` } : {}),
    x,
    y: { label: 'score' },
    notes: best ? [{ at: best, text: `best: ${best[1].toPrecision(4)}, step ${best[0]}` }] : [],
  })
}
