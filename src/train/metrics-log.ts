import { type FileHandle, open, readFile } from 'node:fs/promises'
import { z } from 'zod'
import { InputError } from '../errors/index.ts'
import { inputError, outputError, writeFileAtomic } from '../files/index.ts'

/** What a step of the optimizer was like. */
export interface StepEntry {
  /** Steps done, from 1. */
  readonly step: number
  /** Which pass over its data set, from 1. */
  readonly epoch: number
  /** The data set its batch came from. */
  readonly source: string
  /** Not finite where the run went wrong. */
  readonly loss: number
  readonly learningRate: number
  /** Euclidean norm of all gradients together, before clipping. */
  readonly gradientNorm: number
  readonly textsPerSecond: number
}

/** What an evaluation after `step` steps gave, by the names of the scores. */
export interface EvaluationEntry {
  readonly step: number
  readonly scores: Readonly<Record<string, number>>
}

/** One line of a run's `metrics.jsonl`. */
export type MetricsEntry = StepEntry | EvaluationEntry

/** JSON has no NaN and no infinities; they are written as null. */
const NUMBER = z
  .number()
  .nullable()
  .transform((number) => number ?? Number.NaN)

const LINE = z.union([
  z.strictObject({ step: z.int(), scores: z.record(z.string(), NUMBER) }),
  z
    .strictObject({
      step: z.int(),
      epoch: z.int(),
      source: z.string(),
      loss: NUMBER,
      learning_rate: NUMBER,
      gradient_norm: NUMBER,
      texts_per_second: NUMBER,
    })
    .transform(({ learning_rate, gradient_norm, texts_per_second, ...entry }) => ({
      ...entry,
      learningRate: learning_rate,
      gradientNorm: gradient_norm,
      textsPerSecond: texts_per_second,
    })),
])

/** The entry as a line of JSON, with names in snake case. */
export function metricsLine(entry: MetricsEntry): string {
  if ('scores' in entry) return `${JSON.stringify({ step: entry.step, scores: entry.scores })}\n`
  const { step, epoch, source, loss, learningRate, gradientNorm, textsPerSecond } = entry
  const line = {
    step,
    epoch,
    source,
    loss,
    learning_rate: learningRate,
    gradient_norm: gradientNorm,
    texts_per_second: textsPerSecond,
  }
  return `${JSON.stringify(line)}\n`
}

/** The entry of a line; `undefined` for one that the end of a run truncated. */
export function metricsEntry(line: string): MetricsEntry | undefined {
  try {
    return LINE.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

/**
 * What a run measured: a line of JSON for every step and every evaluation, added at the end as they
 * come. A line that a killed run left half-written is passed over when the log is read.
 */
export class MetricsLog {
  readonly #path: string
  readonly #file: FileHandle

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  /**
   * Begins a log; or goes on with one, of which what came after `step` steps is removed: those steps
   * will be done again.
   * @param step where the run begins; 0 empties the log
   * @throws OutputError when it cannot be written; InputError when it cannot be read.
   */
  static async open(path: string, step: number): Promise<MetricsLog> {
    const before = step === 0 ? [] : await entriesIfAny(path)
    const kept = before.filter((entry) => entry.step <= step)
    await writeFileAtomic(path, kept.map(metricsLine).join(''))
    try {
      return new MetricsLog(path, await open(path, 'a'))
    } catch (cause) {
      throw outputError(path, cause)
    }
  }

  /** @throws OutputError when the disk is full. */
  async append(entry: MetricsEntry): Promise<void> {
    try {
      await this.#file.appendFile(metricsLine(entry))
    } catch (cause) {
      throw outputError(this.#path, cause)
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/**
 * All entries of a log, in their order.
 * @throws InputError when there is no such file.
 */
export async function readMetrics(path: string): Promise<MetricsEntry[]> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw inputError(path, cause)
  })
  return text.split('\n').flatMap((line) => metricsEntry(line) ?? [])
}

/** A lost log does not keep a run from going on. */
async function entriesIfAny(path: string): Promise<MetricsEntry[]> {
  try {
    return await readMetrics(path)
  } catch (error) {
    if (error instanceof InputError && error.code === 'input-missing') return []
    throw error
  }
}
