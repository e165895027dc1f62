import { markdownTable, type Table, textTable } from '../tables/index.ts'
import type { ModelBenchmark } from './benchmark.ts'
import type { BenchmarkFormat } from './constants.ts'
import { type Latency, type Spread, spreadOf } from './spread.ts'

/** What a process of its own says of loading a model. */
export interface LoadCost {
  /** From the start of loading until the first vector. */
  readonly seconds: number
  /** The most memory the process held while loading and encoding a few batches. */
  readonly peakBytes: number
}

export interface BenchmarkReport {
  readonly machine: {
    readonly processor: string
    /** Those for matrix products; see `instructionSets`. */
    readonly instructionSets: string
    readonly threads: number
    readonly backend: string
    /** 10⁹ operations a second that matrix products reach; see `matrixPeak`. */
    readonly peakGigaflops: number
  }
  readonly settings: {
    readonly texts: number
    readonly batchSize: number
    readonly maxLength: number
    readonly repetitions: number
    readonly warmUp: number
  }
  readonly models: readonly (ModelBenchmark & { readonly load?: LoadCost })[]
  /** The name of the model the others are compared with: the first of them. */
  readonly baseline: string
}

/**
 * Puts measurements beside each other; the first model is the baseline.
 * @param loads as many as models, in their order; or none, where loading was not measured
 */
export function createBenchmarkReport(
  models: readonly ModelBenchmark[],
  loads: readonly LoadCost[],
  { machine, ...settings }: Pick<BenchmarkReport, 'machine'> & BenchmarkReport['settings'],
): BenchmarkReport {
  const measured = models.map((model, index) => {
    const load = loads[index]
    return load ? { ...model, load } : model
  })
  return { machine, settings, models: measured, baseline: models[0]?.model ?? '' }
}

export async function renderBenchmark(
  report: BenchmarkReport,
  format: BenchmarkFormat,
): Promise<string> {
  switch (format) {
    case 'md':
      return `# Benchmark\n\n${[...tablesOf(report).map(markdownTable), notesOf(report)].join('\n\n')}\n`
    case 'json':
      return `${JSON.stringify(report, undefined, 1)}\n`
    case 'svg':
      return chartOf(report)
    default:
      return format satisfies never
  }
}

export function textBenchmark(report: BenchmarkReport): string {
  return [...tablesOf(report).map(textTable), notesOf(report)].join('\n\n')
}

function tablesOf(report: BenchmarkReport): Table[] {
  return [cardTable(report), detailTable(report)]
}

/** The model card's table, and the ratio of each repetition to the baseline's. */
function cardTable({ models }: BenchmarkReport): Table {
  const [baseline] = models
  return {
    title: 'Performance',
    columns: ['model', 'cost (s)', 'latency (ms/batch)', 'sentences/s', 'throughput / baseline'],
    rows: models.map((model) => [
      model.model,
      shortValue(model.cost.median),
      shortValue(model.batchLatency.p50),
      shortValue(model.sentencesPerSecond.median),
      baseline ? spreadText(ratio(baseline, model)) : '',
    ]),
  }
}

function ratio(baseline: ModelBenchmark, { costs }: ModelBenchmark): Spread {
  return spreadOf(costs.map((seconds, turn) => (baseline.costs[turn] ?? seconds) / seconds))
}

function detailTable({ models, machine }: BenchmarkReport): Table {
  const rows: [string, (model: BenchmarkReport['models'][number]) => string][] = [
    ['arithmetic', ({ precision }) => (precision === 'int8' ? '8 bits' : precision)],
    ['cost (s)', ({ cost }) => spreadText(cost)],
    ['sentences/s', ({ sentencesPerSecond }) => spreadText(sentencesPerSecond)],
    ['tokens/s', ({ tokensPerSecond }) => spreadText(tokensPerSecond)],
    ['ms a batch: p50, p95, p99', ({ batchLatency }) => latencyText(batchLatency)],
    ['ms a single text: p50, p95, p99', ({ singleLatency }) => latencyText(singleLatency)],
    ['tokenisation / cost', ({ tokenizationShare }) => percent(tokenizationShare.median)],
    ['GFLOPS', ({ gigaflops }) => spreadText(gigaflops)],
    ['GFLOPS / peak', ({ gigaflops }) => percent(gigaflops.median / machine.peakGigaflops)],
    ...(models.some(({ load }) => load) ? LOAD_ROWS : []),
  ]
  return {
    title: 'In detail: median (lowest to highest)',
    columns: ['', ...models.map(({ model }) => model)],
    rows: rows.map(([name, cell]) => [name, ...models.map(cell)]),
  }
}

const LOAD_ROWS: [string, (model: BenchmarkReport['models'][number]) => string][] = [
  ['load to first vector (s)', ({ load }) => (load ? shortValue(load.seconds) : '')],
  ['peak memory (MB)', ({ load }) => (load ? shortValue(load.peakBytes / 1e6) : '')],
]

function notesOf({ machine, settings, baseline }: BenchmarkReport): string {
  const { texts, batchSize, maxLength, repetitions, warmUp } = settings
  return [
    `${texts} texts, batches of ${batchSize}, at most ${maxLength} tokens; ${repetitions} repetitions after ${warmUp} to warm up, models in turns.`,
    `${machine.processor} (${machine.instructionSets}), ${machine.threads} threads, ${machine.backend} runtime, ${shortValue(machine.peakGigaflops)} GFLOPS in matrix products.`,
    `Baseline: ${baseline}. Ratios are those of each repetition.`,
  ].join('\n')
}

async function chartOf({ models, settings }: BenchmarkReport): Promise<string> {
  const { barChart } = await import('../charts/index.ts')
  const bars = models.map(({ model, sentencesPerSecond: { median, low, high } }) => {
    return {
      category: model,
      series: 'sentences a second',
      value: median,
      interval: [low, high] as const,
    }
  })
  const chart = await barChart(bars, {
    title: 'Throughput',
    subtitle: `batches of ${settings.batchSize}, at most ${settings.maxLength} tokens; lines: lowest to highest of ${settings.repetitions} repetitions`,
    y: { label: 'sentences a second' },
  })
  return chart.svg
}

/** Three significant digits. */
function shortValue(value: number): string {
  return String(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)))
}

function spreadText({ median, low, high }: Spread): string {
  return `${shortValue(median)} (${shortValue(low)} to ${shortValue(high)})`
}

function latencyText({ p50, p95, p99 }: Latency): string {
  return [p50, p95, p99].map(shortValue).join(', ')
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
