import { cpus } from 'node:os'
import { type Checkpoint, type EncoderConfig, familyOf, isStatic } from '../checkpoint/index.ts'
import { type SentenceEncoder, tokenizeText } from '../encoder/index.ts'
import { InputError } from '../errors/index.ts'
import type { Precision } from '../precision/index.ts'
import { instructionSets } from '../runtime/index.ts'
import { type BenchmarkReport, createBenchmarkReport, type LoadCost } from './benchmark-report.ts'
import { matrixPeak } from './matrix-peak.ts'
import { type Latency, latencyOf, type Spread, spreadOf } from './spread.ts'

export interface BenchmarkedModel {
  readonly model: string
  readonly encoder: SentenceEncoder
}

export interface BenchmarkModelsOptions {
  /** The models' threads. */
  readonly threads: number
  /** As many as models, in their order. Default: loading was not measured. */
  readonly loads?: readonly LoadCost[]
  /** Texts in a batch. Default 16, as on the model card. */
  readonly batchSize?: number
  /** Tokens a text may have. Default 256, as on the model card; a model with less keeps its limit. */
  readonly maxLength?: number
  /** Default 5. */
  readonly repetitions?: number
  /** Repetitions in front that are not counted. Default 1. */
  readonly warmUp?: number
  readonly signal?: AbortSignal
  /** Gets how many repetitions of how many are done, over all models. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
}

/** What was measured of one model. */
export interface ModelBenchmark {
  readonly model: string
  /** What its linear layers computed with. */
  readonly precision: Precision
  /** The cost of each repetition, in order: what models are compared by, pair by pair. */
  readonly costs: readonly number[]
  /** Seconds for all texts, handed over in one call: the model card's cost. */
  readonly cost: Spread
  readonly sentencesPerSecond: Spread
  /** Tokens, special ones included, padding not. */
  readonly tokensPerSecond: Spread
  /** Milliseconds for each batch, one after another: the model card's latency. */
  readonly batchLatency: Latency
  /** Milliseconds for one text alone. */
  readonly singleLatency: Latency
  /** Time to tokenize all texts / cost. */
  readonly tokenizationShare: Spread
  /** 10⁹ floating-point operations a second; see `operationCount`. */
  readonly gigaflops: Spread
}

/** Texts that are encoded alone in each repetition. */
const SINGLES = 20

/**
 * Measures models on the same texts, in turns, and the machine; puts all of it into a report.
 * @throws InputError when there are no texts or no repetitions.
 */
export async function benchmarkModels(
  models: readonly BenchmarkedModel[],
  texts: readonly string[],
  { threads, loads = [], ...options }: BenchmarkModelsOptions,
): Promise<BenchmarkReport> {
  const { batchSize = 16, maxLength = 256, repetitions = 5, warmUp = 1 } = options
  requireWork(texts.length, repetitions)
  const backend = models[0]?.encoder.backend ?? 'native'
  const peakGigaflops = (await matrixPeak({ threads, backend })) / 1e9
  const settings = { texts: texts.length, batchSize, maxLength, repetitions, warmUp }
  const measured = await measureInTurns(models, texts, { ...options, ...settings })
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor'
  const machine = { processor, instructionSets: instructionSets(), threads, backend, peakGigaflops }
  return createBenchmarkReport(measured, loads, { machine, ...settings })
}

function requireWork(texts: number, repetitions: number): void {
  if (texts > 0 && Number.isInteger(repetitions) && repetitions >= 1) return
  throw new InputError(
    'benchmark-empty',
    `expected at least one text and one repetition, but got ${texts} and ${repetitions}`,
    { facts: { texts, repetitions } },
  )
}

type TurnOptions = BenchmarkReport['settings'] &
  Pick<BenchmarkModelsOptions, 'signal' | 'onProgress'>

/**
 * Every repetition runs each model once, in an order that rotates, so that what else the machine
 * does meets all of them equally.
 */
async function measureInTurns(
  models: readonly BenchmarkedModel[],
  texts: readonly string[],
  options: TurnOptions,
): Promise<ModelBenchmark[]> {
  const { repetitions, warmUp, onProgress } = options
  const contestants = models.map((model): Contestant => ({ ...model, runs: [] }))
  const total = (warmUp + repetitions) * models.length
  for (let turn = 0, done = 0; turn < warmUp + repetitions; turn += 1) {
    for (const contestant of rotated(contestants, turn)) {
      const run = await runOnce(contestant, texts, options)
      if (turn >= warmUp) contestant.runs.push(run)
      done += 1
      onProgress?.({ done, total })
    }
  }
  return contestants.map(summarise)
}

/** Another one is first every time. */
function rotated<Item>(items: readonly Item[], turn: number): Item[] {
  const first = turn % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}

interface Contestant extends BenchmarkedModel {
  readonly runs: TimedRun[]
}

/** Times in milliseconds. */
interface TimedRun {
  readonly whole: number
  readonly tokenization: number
  readonly batches: readonly number[]
  readonly singles: readonly number[]
  readonly tokens: Int32Array
}

async function runOnce(
  contestant: Contestant,
  texts: readonly string[],
  { batchSize, signal, ...settings }: TurnOptions,
): Promise<TimedRun> {
  const { encoder } = contestant
  const maxLength = Math.min(settings.maxLength, encoder.maxLength)
  const shared = { maxLength, truncate: 'silent', ...(signal ? { signal } : {}) } as const
  const options = { ...shared, batchSize, batchTokens: batchSize * maxLength }
  const start = performance.now()
  const { tokens } = await encoder.encode(texts, options)
  const whole = performance.now() - start
  const tokenization = await timed(() => tokenizeAll(contestant, texts, maxLength))
  const batches: number[] = []
  for (let first = 0; first < texts.length; first += batchSize) {
    const batch = texts.slice(first, first + batchSize)
    batches.push(await timed(() => encoder.encode(batch, options)))
  }
  const singles: number[] = []
  for (const text of texts.slice(0, SINGLES)) {
    singles.push(await timed(() => encoder.encode(text, shared)))
  }
  return { whole, tokenization, batches, singles, tokens }
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function tokenizeAll({ encoder }: Contestant, texts: readonly string[], maxLength: number): void {
  for (const text of texts) tokenizeText(text, { prompt: '', maxLength }, encoder)
}

function summarise({
  model,
  encoder: { checkpoint, precision },
  runs,
}: Contestant): ModelBenchmark {
  const perSecond = (amount: (run: TimedRun) => number) =>
    spreadOf(runs.map((run) => (1000 * amount(run)) / run.whole))
  const operations = ({ tokens }: TimedRun) =>
    tokens.reduce((sum, count) => sum + operationCount(checkpoint, count), 0)
  return {
    model,
    precision,
    costs: runs.map(({ whole }) => whole / 1000),
    cost: spreadOf(runs.map(({ whole }) => whole / 1000)),
    sentencesPerSecond: perSecond(({ tokens }) => tokens.length),
    tokensPerSecond: perSecond(({ tokens }) => tokens.reduce((sum, count) => sum + count, 0)),
    batchLatency: latencyOf(runs.flatMap(({ batches }) => batches)),
    singleLatency: latencyOf(runs.flatMap(({ singles }) => singles)),
    tokenizationShare: spreadOf(runs.map(({ tokenization, whole }) => tokenization / whole)),
    gigaflops: perSecond((run) => operations(run) / 1e9),
  }
}

/**
 * Floating-point operations of the matrix products that encode a text of `tokens` tokens, a
 * multiplication and an addition counted as two: in each layer 2T·out·in for each linear layer (for BERT
 * 8TH² + 4TH·I) and 4T²Q for attention over heads of Q components in all; 2·in·out for each dense
 * module. What is element by element (activation, normalisation) is not counted, and padding neither;
 * attention to those near is counted as if it were to all.
 * Reference: Kaplan et al., Scaling Laws for Neural Language Models, 2020, table 1.
 */
export function operationCount({ config, modules }: Checkpoint, tokens: number): number {
  const layers = isStatic({ config }) ? 0 : layerOperations(config, tokens)
  const dense = modules.reduce((sum, module) => {
    return module.kind === 'dense' ? sum + 2 * module.inFeatures * module.outFeatures : sum
  }, 0)
  return layers + dense
}

function layerOperations(config: EncoderConfig, tokens: number): number {
  const family = familyOf(config)
  let sum = 0
  for (const [name, [rows, columns]] of family.weightShapes(config)) {
    if (!columns || !name.startsWith(family.names.layer)) continue
    sum += 2 * tokens * (rows?.size ?? 0) * columns.size
    // What the heads gave is turned into the hidden state by one linear layer.
    if (columns.role === 'heads') sum += 4 * tokens ** 2 * columns.size
  }
  return sum
}
