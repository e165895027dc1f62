import type { ParsedArgs } from 'citty'
import type { Checkpoint } from '../../checkpoint/index.ts'
import type { Task, TaskResult } from '../../evaluate/index.ts'
import { readTexts } from '../../files/index.ts'
import { given } from '../../options/index.ts'
import type { ActivationRanges } from '../../precision/index.ts'
import { defineCommand } from '../command.ts'
import { wholeNumber } from '../command-line.ts'
import { evaluateModel, VECTOR_CACHE_FLAG } from '../evaluated-model.ts'
import { printFields } from '../fields.ts'
import { JSON_FLAG, RUN_FLAGS, TEXT_FLAGS } from '../flags.ts'
import { readCheckpoint, textOptions } from '../model.ts'
import { COLUMNS_FLAG, pairColumns } from '../pair-columns.ts'
import type { Shell } from '../shell.ts'
import { UsageError } from '../usage-error.ts'

/** Texts of `--texts` that are run: more hardly change the ranges. */
const MOST_TEXTS = 512

const ARGS = {
  model: {
    type: 'positional',
    required: true,
    description: 'A model folder, or owner/name on the hub',
  },
  data: {
    type: 'string',
    valueHint: 'folder',
    description: 'The folder with csts/dev.tsv, afqmc/dev.tsv … (required)',
  },
  tasks: { type: 'string', valueHint: 'a,b', description: 'Which tasks (default: all seven)' },
  ...COLUMNS_FLAG,
  loss: {
    type: 'string',
    valueHint: 'points',
    default: '0.5',
    description: 'What the average of the tasks may lose, at most',
  },
  texts: {
    type: 'string',
    valueHint: 'file',
    description: 'Texts like yours: what goes into the layers is measured with the first 512',
  },
  ...TEXT_FLAGS,
  ...VECTOR_CACHE_FLAG,
  ...RUN_FLAGS,
  ...JSON_FLAG,
} as const

type QuantizeArgs = ParsedArgs<typeof ARGS>

/** What commands work with. */
interface Context {
  readonly args: QuantizeArgs
  readonly shell: Shell
}

/**
 * Measures a model in float32 and in 8 bits. Where it loses no more than it may, what 8 bits need is
 * left beside it, and it runs in 8 bits from then on.
 */
export const quantize = defineCommand(ARGS, async (args, shell) => {
  if (!args.data) throw new UsageError('--data is missing; name the folder of the tasks')
  const mostLoss = points(args.loss)
  const { loadTasks } = await import('../../evaluate/index.ts')
  const names = args.tasks?.split(',').map((name) => name.trim())
  const columns = pairColumns(args.columns)
  const { tasks } = await loadTasks(args.data, given({ names, columns }))
  const checkpoint = await readCheckpoint(args.model, args, shell)
  const ranges = await rangesOf(checkpoint, { args, shell })
  const asked = { model: args.model, name: args.model, options: textOptions(args) }
  const before = await evaluateModel({ ...asked, precision: 'float32' }, tasks, { args, shell })
  const after = await evaluateQuantized({ checkpoint, ranges, tasks }, { args, shell })
  const loss = averageOf(before.results) - averageOf(after)
  print({ before: before.results, after, loss }, { args, shell })
  if (loss > mostLoss) {
    throw new UsageError(
      `8 bits lose ${loss.toFixed(2)} points, and --loss allows ${mostLoss}; nothing was saved. Give ` +
        '--texts like yours, or allow more',
    )
  }
  const { saveRanges } = await import('../../precision/index.ts')
  shell.note(`saved ${await saveRanges(checkpoint.folder, ranges)}`)
})

function points(text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && number >= 0) return number
  throw new UsageError(`--loss must be a number from 0, but is "${text}"`)
}

async function rangesOf(checkpoint: Checkpoint, { args }: Context): Promise<ActivationRanges> {
  const { measureTextRanges } = await import('../../encoder/index.ts')
  const { TYPICAL_TEXTS } = await import('../../precision/index.ts')
  const texts: string[] = [...TYPICAL_TEXTS]
  if (args.texts !== undefined) {
    for await (const text of readTexts(args.texts)) {
      if (texts.push(text) >= TYPICAL_TEXTS.length + MOST_TEXTS) break
    }
  }
  const threads = wholeNumber('threads', args.threads)
  return measureTextRanges(checkpoint, texts, given({ threads, backend: args.backend }))
}

interface Quantized {
  readonly checkpoint: Checkpoint
  readonly ranges: ActivationRanges
  readonly tasks: readonly Task[]
}

/** The vectors are not kept: they depend on the ranges. */
async function evaluateQuantized(
  { checkpoint, ranges, tasks }: Quantized,
  { args, shell }: Context,
): Promise<TaskResult[]> {
  const { SentenceEncoder } = await import('../../encoder/index.ts')
  const { evaluateTasks } = await import('../../evaluate/index.ts')
  const threads = wholeNumber('threads', args.threads)
  await using encoder = await SentenceEncoder.fromCheckpoint(checkpoint, {
    ...given({ threads, backend: args.backend }),
    precision: 'int8',
    ranges,
    onWarning: (message) => shell.note(`warning: ${message}`),
  })
  const options = { ...textOptions(args), signal: shell.signal }
  return await evaluateTasks((texts) => encoder.encode(texts, options), tasks)
}

/** @throws UsageError when a task has no score, which would hide a loss. */
function averageOf(results: readonly TaskResult[]): number {
  const scores = results.map(({ task, score, undefinedBecause }) => {
    if (score !== undefined) return score
    throw new UsageError(`${task} has no score: ${undefinedBecause ?? 'unknown'}; leave it out`)
  })
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}

interface Measured {
  readonly before: readonly TaskResult[]
  readonly after: readonly TaskResult[]
  readonly loss: number
}

function print({ before, after, loss }: Measured, { args, shell }: Context): void {
  const scores = before.map(({ task, score = Number.NaN }, index) => {
    return { task, float32: score, int8: after[index]?.score ?? Number.NaN }
  })
  const averages = { float32: averageOf(before), int8: averageOf(after) }
  if (args.json) {
    shell.printJson({ tasks: scores, average: averages, loss })
    return
  }
  const line = ({ float32, int8 }: typeof averages) => {
    return `float32 ${float32.toFixed(2)}, 8 bits ${int8.toFixed(2)}`
  }
  printFields(
    {
      ...Object.fromEntries(scores.map(({ task, ...both }) => [task, line(both)])),
      average: line(averages),
      loss: `${loss.toFixed(2)} points`,
    },
    shell,
  )
}
