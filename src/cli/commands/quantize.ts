import type { ParsedArgs } from 'citty'
import type { Checkpoint } from '../../checkpoint/index.ts'
import { InputError } from '../../errors/index.ts'
import type { ModelResults } from '../../evaluate/index.ts'
import { readTexts } from '../../files/index.ts'
import { given } from '../../options/index.ts'
import type { ActivationRanges } from '../../precision/index.ts'
import { defineCommand } from '../command.ts'
import { UsageError, wholeNumber } from '../command-line.ts'
import {
  type EvaluationData,
  evaluateModel,
  TASK_FLAGS,
  taskOptions,
  VECTOR_CACHE_FLAG,
} from '../evaluated-model.ts'
import { JSON_FLAG, MODEL_ARGUMENT, RUN_FLAGS, TEXT_FLAGS } from '../flags.ts'
import { printFields } from '../format.ts'
import { readCheckpoint, textOptions } from '../model.ts'
import type { Shell } from '../shell.ts'

/** Texts of `--texts` that are run: more hardly change the ranges. */
const MOST_TEXTS = 512

const ARGS = {
  ...MODEL_ARGUMENT,
  data: {
    type: 'string',
    valueHint: 'folder',
    description: 'The folder with csts/dev.tsv, afqmc/dev.tsv … (required)',
  },
  ...TASK_FLAGS,
  loss: {
    type: 'string',
    valueHint: 'points',
    default: '0.5',
    description: 'What the average of the tasks may lose, at most; that of searches too',
  },
  texts: {
    type: 'string',
    valueHint: 'file',
    description: 'Texts like yours: activation ranges are measured with the first 512',
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
export const quantize = defineCommand(ARGS, async (args, shell, valuesOf) => {
  const mostLoss = points(args.loss)
  const data = await dataOf(args, valuesOf('retrieval'))
  const checkpoint = await readCheckpoint(args.model, args, shell)
  const ranges = await rangesOf(checkpoint, { args, shell })
  const request = { model: args.model, name: args.model, options: textOptions(args) }
  const before = await evaluateModel({ ...request, precision: 'float32' }, data, { args, shell })
  const after = await evaluateQuantized({ checkpoint, ranges, data }, { args, shell })
  const losses = lossesOf(before, after)
  if (args.json) shell.printJson(losses)
  else print(losses, shell)
  requireSmall(losses, mostLoss)
  const { saveActivationRanges } = await import('../../precision/index.ts')
  shell.note(`saved ${await saveActivationRanges(checkpoint.folder, ranges)}`)
})

async function dataOf(args: QuantizeArgs, sets: readonly string[]): Promise<EvaluationData> {
  if (!args.data) throw new UsageError('--data is missing; name the folder of the tasks')
  const { loadRetrievalSet, loadTasks } = await import('../../evaluate/index.ts')
  const { tasks } = await loadTasks(args.data, taskOptions(args))
  return { tasks, retrieval: await Promise.all(sets.map(loadRetrievalSet)) }
}

function points(text: string): number {
  const allowed = Number(text)
  if (text.trim() !== '' && allowed >= 0) return allowed
  throw new UsageError(`--loss must be a number from 0, but is "${text}"`)
}

async function rangesOf(checkpoint: Checkpoint, { args }: Context): Promise<ActivationRanges> {
  const { measureActivationRanges } = await import('../../encoder/index.ts')
  const { TYPICAL_TEXTS } = await import('../../precision/index.ts')
  const texts: string[] = [...TYPICAL_TEXTS]
  if (args.texts !== undefined) {
    for await (const text of readTexts(args.texts)) {
      if (texts.push(text) >= TYPICAL_TEXTS.length + MOST_TEXTS) break
    }
  }
  const threads = wholeNumber('threads', args.threads)
  return measureActivationRanges(checkpoint, texts, given({ threads, backend: args.backend }))
}

interface Quantized {
  readonly checkpoint: Checkpoint
  readonly ranges: ActivationRanges
  readonly data: EvaluationData
}

/** The vectors are not kept: they depend on the ranges. */
async function evaluateQuantized(
  { checkpoint, ranges, data }: Quantized,
  { args, shell }: Context,
): Promise<ModelResults> {
  const { SentenceEncoder } = await import('../../encoder/index.ts')
  const { evaluateRetrievalSets, evaluateTasks } = await import('../../evaluate/index.ts')
  const threads = wholeNumber('threads', args.threads)
  await using encoder = await SentenceEncoder.fromCheckpoint(checkpoint, {
    ...given({ threads, backend: args.backend }),
    precision: 'int8',
    activationRanges: ranges,
    onWarning: shell.warn,
  })
  const { prompt: _, promptName: __, ...options } = textOptions(args)
  const { signal } = shell
  const roles = {
    query: (texts: readonly string[]) => encoder.encodeQuery(texts, { ...options, signal }),
    corpus: (texts: readonly string[]) => encoder.encodeDocument(texts, { ...options, signal }),
  }
  const encode = (texts: readonly string[]) =>
    encoder.encode(texts, { ...textOptions(args), signal })
  return {
    model: args.model,
    results: await evaluateTasks(encode, data.tasks),
    retrieval: await evaluateRetrievalSets(roles, data.retrieval, {
      similarity: encoder.similarityName,
    }),
  }
}

/** A score in float32 and in 8 bits. */
interface Both {
  readonly float32: number
  readonly int8: number
}

/** Scores on the tasks or on the retrieval sets, and what 8 bits lose of their average. */
interface QuantizationLoss {
  readonly scores: readonly (Both & { readonly name: string })[]
  readonly average: Both
  readonly loss: number
}

interface QuantizationLosses {
  readonly tasks: QuantizationLoss
  /** Where there are retrieval sets. */
  readonly retrieval?: QuantizationLoss
}

function lossesOf(before: ModelResults, after: ModelResults): QuantizationLosses {
  const tasks = lossOf(taskScores(before), taskScores(after))
  const sets = retrievalScores(before)
  return { tasks, ...(sets.length > 0 ? { retrieval: lossOf(sets, retrievalScores(after)) } : {}) }
}

type NamedScore = readonly [name: string, score: number]

/** @throws UsageError when a task has no score, which would hide a loss. */
function taskScores({ results }: ModelResults): NamedScore[] {
  return results.map(({ task, score, undefinedBecause }) => {
    if (score !== undefined) return [task, score]
    throw new UsageError(`${task} has no score: ${undefinedBecause ?? 'unknown'}; leave it out`)
  })
}

function retrievalScores({ retrieval = [] }: ModelResults): NamedScore[] {
  return retrieval.map(({ set, ndcg10 }) => [set, ndcg10])
}

function lossOf(before: readonly NamedScore[], after: readonly NamedScore[]): QuantizationLoss {
  const averageOf = (scores: readonly NamedScore[]) =>
    scores.reduce((sum, [, score]) => sum + score, 0) / scores.length
  const average = { float32: averageOf(before), int8: averageOf(after) }
  return {
    scores: before.map(([name, float32], index) => {
      return { name, float32, int8: after[index]?.[1] ?? Number.NaN }
    }),
    average,
    loss: average.float32 - average.int8,
  }
}

/** @throws InputError when 8 bits lose too much on the tasks, or on the retrieval sets. */
function requireSmall({ tasks, retrieval }: QuantizationLosses, mostLoss: number): void {
  const loss = Math.max(tasks.loss, retrieval?.loss ?? 0)
  if (loss <= mostLoss) return
  throw new InputError(
    'quantize-loss',
    `8 bits lose ${loss.toFixed(2)} points, and --loss allows ${mostLoss}; nothing was saved. Give ` +
      '--texts like yours, or allow more',
    { facts: { loss, allowed: mostLoss } },
  )
}

function print({ tasks, retrieval }: QuantizationLosses, shell: Shell): void {
  const line = ({ float32, int8 }: Both) =>
    `float32 ${float32.toFixed(2)}, 8 bits ${int8.toFixed(2)}`
  const fields = ({ scores, average, loss }: QuantizationLoss, name: string) => ({
    ...Object.fromEntries(scores.map(({ name: score, ...both }) => [score, line(both)])),
    [name]: `${line(average)}; loss ${loss.toFixed(2)} points`,
  })
  printFields(
    { ...fields(tasks, 'average'), ...(retrieval ? fields(retrieval, 'mean nDCG@10') : {}) },
    shell,
  )
}
