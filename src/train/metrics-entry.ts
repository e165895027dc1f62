import { z } from 'zod'

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

/** The entry of a line; `undefined` for one that was cut by the end of a run. */
export function metricsEntry(line: string): MetricsEntry | undefined {
  try {
    return LINE.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
