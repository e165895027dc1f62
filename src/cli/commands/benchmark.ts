import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { execPath } from 'node:process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { ParsedArgs } from 'citty'
import { BENCHMARK_FORMATS } from '../../benchmark/constants.ts'
import type { BenchmarkedModel, BenchmarkReport, LoadCost } from '../../benchmark/index.ts'
import { RuntimeError } from '../../errors/index.ts'
import { readTexts, writeFileAtomic } from '../../files/index.ts'
import type { Precision } from '../../precision/index.ts'
import { defineCommand } from '../command.ts'
import { formatOf, UsageError, wholeNumber } from '../command-line.ts'
import { JSON_FLAG, MODELS_ARGUMENT, PRECISION_FLAG, RUN_FLAGS } from '../flags.ts'
import { encoderOf, readCheckpoint } from '../model.ts'
import { modelNames } from '../model-names.ts'
import { startProgress } from '../progress-display.ts'
import type { Shell } from '../shell.ts'

/** Texts that are encoded when a model's loading is measured. */
const LOAD_TEXTS = 64

const ARGS = {
  ...MODELS_ARGUMENT,
  baseline: {
    type: 'string',
    valueHint: 'folder|owner/name',
    description: 'The model the others are compared with (default: the first)',
  },
  input: {
    type: 'string',
    valueHint: 'file',
    description: 'The texts, as for yuju encode; a file with one column (required)',
  },
  limit: { type: 'string', valueHint: 'n', description: 'Texts of it to use (default: 512)' },
  batch: { type: 'string', valueHint: 'n', default: '16', description: 'Texts in a batch' },
  'max-length': { type: 'string', valueHint: 'n', default: '256', description: 'Tokens of a text' },
  repetitions: { type: 'string', valueHint: 'n', default: '5', description: 'Measured runs' },
  'warm-up': { type: 'string', valueHint: 'n', default: '1', description: 'Runs not counted' },
  output: {
    type: 'string',
    valueHint: 'file',
    description: 'Write the report to .md, .json or .svg (a bar chart)',
  },
  ...PRECISION_FLAG,
  ...RUN_FLAGS,
  ...JSON_FLAG,
} as const

type BenchmarkArgs = ParsedArgs<typeof ARGS>

/** Prints a report, or with `--json` the same as one JSON object; writes it too with `--output`. */
export const benchmark = defineCommand(ARGS, async (args, shell) => {
  const { input, output } = args
  if (!input) throw new UsageError('--input is missing; name a file of texts')
  const format = output === undefined ? undefined : formatOf(output, BENCHMARK_FORMATS)
  const texts = await firstTexts(input, wholeNumber('limit', args.limit) ?? 512)
  const report = await measureAll(texts, args, shell)
  const { renderBenchmark, textBenchmark } = await import('../../benchmark/index.ts')
  if (output !== undefined && format) {
    await writeFileAtomic(output, await renderBenchmark(report, format))
  }
  if (args.json) shell.printJson(report)
  else shell.print(textBenchmark(report))
})

async function firstTexts(input: string, limit: number): Promise<string[]> {
  const texts: string[] = []
  for await (const text of readTexts(input)) {
    texts.push(text)
    if (texts.length >= limit) break
  }
  return texts
}

async function measureAll(
  texts: readonly string[],
  args: BenchmarkArgs,
  shell: Shell,
): Promise<BenchmarkReport> {
  const { baseline, _: others } = args
  const all = baseline === undefined ? others : [baseline, ...others]
  const names = modelNames(all)
  const { physicalCores } = await import('../../runtime/index.ts')
  const threads = wholeNumber('threads', args.threads) ?? physicalCores()
  const loads: LoadCost[] = []
  const models: BenchmarkedModel[] = []
  try {
    for (const [index, model] of all.entries()) {
      const checkpoint = await readCheckpoint(model, args, shell)
      const sample = texts.slice(0, LOAD_TEXTS)
      const [{ folder }, { signal }, { precision }] = [checkpoint, shell, args]
      loads.push(await measureLoad({ folder, texts: sample, threads, precision, signal }))
      const encoder = await encoderOf(checkpoint, args, shell, args.precision)
      models.push({ model: names[index] ?? model, encoder })
    }
    return await report({ models, loads, texts, threads }, args, shell)
  } finally {
    for (const { encoder } of models) await encoder.dispose()
  }
}

interface Contest {
  readonly models: readonly BenchmarkedModel[]
  /** As many as models, in their order. */
  readonly loads: readonly LoadCost[]
  readonly texts: readonly string[]
  readonly threads: number
}

async function report(
  { models, loads, texts, threads }: Contest,
  args: BenchmarkArgs,
  shell: Shell,
): Promise<BenchmarkReport> {
  const { benchmarkModels } = await import('../../benchmark/index.ts')
  const progress = await startProgress(shell, 'runs')
  try {
    return await benchmarkModels(models, texts, {
      ...settingsOf(args),
      threads,
      loads,
      signal: shell.signal,
      onProgress: progress.update.bind(progress),
    })
  } finally {
    progress.stop()
  }
}

function settingsOf(args: BenchmarkArgs) {
  return {
    batchSize: wholeNumber('batch', args.batch) ?? 16,
    maxLength: wholeNumber('max-length', args['max-length']) ?? 256,
    repetitions: wholeNumber('repetitions', args.repetitions) ?? 5,
    warmUp: wholeNumber('warm-up', args['warm-up']) ?? 1,
  }
}

interface LoadCostTask {
  readonly folder: string
  readonly texts: readonly string[]
  readonly threads: number
  /** Default: as the folder says. */
  readonly precision?: Precision | undefined
  readonly signal: AbortSignal
}

/** Loads a model in a process of its own, so that its time and memory are its alone. */
async function measureLoad({
  folder,
  texts,
  threads,
  precision,
  signal,
}: LoadCostTask): Promise<LoadCost> {
  const main = fileURLToPath(new URL('../load-cost-main.js', import.meta.url))
  const child = spawn(execPath, [main, folder], { stdio: ['pipe', 'pipe', 'inherit'], signal })
  child.stdin.end(JSON.stringify({ texts, threads, precision }))
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (code === 0) return JSON.parse(output)
  throw new RuntimeError('load-cost', `the process that loads ${folder} ended with code ${code}`, {
    facts: { folder, code },
  })
}
