import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { diskFolder, readJson } from '../checkpoint/index.ts'
import { InputError } from '../errors/index.ts'
import { inputError } from '../files/index.ts'

/** What a card needs of the JSON that `yuju evaluate` writes. */
const EVALUATION = z.object({
  tasks: z.array(z.object({ name: z.string(), split: z.string(), pairs: z.number() })),
  models: z
    .array(
      z.object({
        model: z.string(),
        prompt: z.string().optional(),
        average: z.number().nullish(),
        results: z.array(
          z.object({
            task: z.string(),
            score: z.number().nullish(),
            spearman: z.object({ cosine: z.number().nullish() }),
          }),
        ),
        retrieval: z
          .array(
            z.object({
              set: z.string(),
              ndcg10: z.number(),
              interval: z.tuple([z.number(), z.number()]),
            }),
          )
          .default([]),
      }),
    )
    .min(1),
})
export type EvaluationRecord = z.infer<typeof EVALUATION>

const MEDIAN = z.object({ median: z.number() })

/** What a card needs of the JSON that `yuju benchmark` writes. */
const BENCHMARK = z.object({
  machine: z.object({ processor: z.string(), threads: z.number(), backend: z.string() }),
  settings: z.object({ texts: z.number(), batchSize: z.number(), maxLength: z.number() }),
  models: z
    .array(
      z.object({
        model: z.string(),
        costs: z.array(z.number()).min(1),
        cost: MEDIAN,
        sentencesPerSecond: MEDIAN,
        batchLatency: z.object({ p50: z.number() }),
      }),
    )
    .min(1),
})
export type BenchmarkRecord = z.infer<typeof BENCHMARK>

/** What a card shows of the run.json that training leaves in a model folder. */
const TRAINING = z.object({
  versions: z.record(z.string(), z.string()),
  data: z.array(
    z.object({ name: z.string(), examples: z.number(), sha256: z.string().optional() }),
  ),
  settings: z.record(z.string(), z.unknown()),
  record: z.object({ recipe: z.unknown() }).partial(),
})
export type TrainingRecord = z.infer<typeof TRAINING>

/** @throws InputError when the file is missing or not what `yuju evaluate` writes. */
export function readEvaluation(path: string): Promise<EvaluationRecord> {
  return readRecord(path, EVALUATION, 'yuju evaluate --json')
}

/** @throws InputError when the file is missing or not what `yuju benchmark` writes. */
export function readBenchmark(path: string): Promise<BenchmarkRecord> {
  return readRecord(path, BENCHMARK, 'yuju benchmark --json')
}

const TRAINING_FILE = 'training/run.json'

/**
 * How the model in `folder` was trained: its training/run.json; `undefined` where there is none.
 * @throws InputError when it is not what `yuju train` writes; CheckpointError when it cannot be read.
 */
export async function readTraining(folder: string): Promise<TrainingRecord | undefined> {
  const content = await readJson(diskFolder(folder), TRAINING_FILE)
  if (content === undefined) return undefined
  return checked(content, TRAINING, { path: join(folder, TRAINING_FILE), writer: 'yuju train' })
}

async function readRecord<Record>(
  path: string,
  schema: z.ZodType<Record>,
  writer: string,
): Promise<Record> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw inputError(path, cause)
  })
  return checked(parsed(text), schema, { path, writer })
}

function checked<Record>(
  content: unknown,
  schema: z.ZodType<Record>,
  { path, writer }: { readonly path: string; readonly writer: string },
): Record {
  const found = schema.safeParse(content)
  if (found.success) return found.data
  const [issue] = found.error.issues
  const where = issue?.path.join('.') || 'the file'
  throw new InputError(
    'card-record',
    `${path} is not what ${writer} writes: ${where}: ${issue?.message ?? 'unreadable'}`,
    { facts: { path, where } },
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
