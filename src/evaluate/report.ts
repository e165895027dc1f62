import { mean } from '../metrics/index.ts'
import type { RetrievalSetResult } from './evaluate-retrieval.ts'
import type { TaskResult } from './evaluate-tasks.ts'
import type { LoadedTasks } from './load-tasks.ts'

/** One model's results. */
export interface ModelResults {
  readonly model: string
  /** Text put before every sentence, where the model's own default was not used. */
  readonly prompt?: string
  readonly results: readonly TaskResult[]
  /** On retrieval sets, where there are any. */
  readonly retrieval?: readonly RetrievalSetResult[]
}

/** One model's results and their means. */
export interface ModelReport extends ModelResults {
  readonly retrieval: readonly RetrievalSetResult[]
  /** Mean of the tasks' scores; `undefined` where one is missing or undefined. */
  readonly average: number | undefined
  /** Mean nDCG@10 of the retrieval sets; `undefined` where there are none. */
  readonly retrievalAverage: number | undefined
}

/** How much of its teachers' scores a model keeps: of each score, the best teacher's. */
export interface Kept {
  /** Score less the best teacher's score, by task or retrieval set. */
  readonly gaps: Readonly<Record<string, number | undefined>>
  /** 100 x score / the best teacher's score. */
  readonly kept: Readonly<Record<string, number | undefined>>
  readonly averageGap: number | undefined
  /** 100 x average / the average of the best teachers' scores. */
  readonly averageKept: number | undefined
}

/** What a model keeps on the tasks, and on the retrieval sets. */
export interface Comparison extends Kept {
  readonly model: string
  readonly retrieval: Kept
}

/** Several models' results beside each other. */
export interface Report {
  /** Where each task is from. */
  readonly tasks: readonly {
    readonly name: string
    readonly split: string
    readonly pairs: number
    readonly source: string
    readonly sha256: string
  }[]
  readonly missing: LoadedTasks['missing']
  readonly models: readonly ModelReport[]
  /** The names of the teachers among the models. */
  readonly teachers: readonly string[]
  /** Every other model beside its teachers, where there are any. */
  readonly comparisons: readonly Comparison[]
}

/** Which models are teachers, and when there is an average. */
export interface ReportOptions {
  /** So many of the first models are the teachers of the others. Default 0. */
  readonly teachers?: number
  /** Average over the tasks that are there, though others are missing. Default false: no average. */
  readonly allowMissing?: boolean
}

/** Puts models' results beside each other. */
export function createReport(
  { tasks, missing }: LoadedTasks,
  models: readonly ModelResults[],
  { teachers: count = 0, allowMissing = false }: ReportOptions = {},
): Report {
  const reports = models.map((model): ModelReport => {
    const { retrieval = [], results } = model
    const average = averageOf(results.map(({ score }) => score))
    return {
      ...model,
      retrieval,
      average: missing.length > 0 && !allowMissing ? undefined : average,
      retrievalAverage: averageOf(retrieval.map(({ ndcg10 }) => ndcg10)),
    }
  })
  const teachers = reports.slice(0, count)
  return {
    tasks: tasks.map(({ name, split, pairs, source, sha256 }) => {
      return { name, split, pairs: pairs.gold.length, source, sha256 }
    }),
    missing,
    models: reports,
    teachers: teachers.map(({ model }) => model),
    comparisons: count === 0 ? [] : reports.slice(count).map((model) => compare(model, teachers)),
  }
}

type OptionalScore = number | undefined
/** Scores by name, in order. */
type NamedScores = readonly (readonly [name: string, score: OptionalScore])[]

/** No mean where a score is missing, or all are. */
function averageOf(scores: readonly OptionalScore[]): OptionalScore {
  const defined = scores.filter((score) => score !== undefined)
  return defined.length === scores.length ? mean(defined) : undefined
}

function compare(student: ModelReport, teachers: readonly ModelReport[]): Comparison {
  const { model, average, retrievalAverage } = student
  return {
    model,
    ...keptOfBest(average, [student, ...teachers].map(taskScores)),
    retrieval: keptOfBest(retrievalAverage, [student, ...teachers].map(retrievalScores)),
  }
}

const taskScores = ({ results }: ModelReport): NamedScores =>
  results.map(({ task, score }) => [task, score] as const)

const retrievalScores = ({ retrieval }: ModelReport): NamedScores =>
  retrieval.map(({ set, ndcg10 }) => [set, ndcg10] as const)

function keptOfBest(
  average: OptionalScore,
  [student = [], ...teachers]: readonly NamedScores[],
): Kept {
  const pairs = student.map(([name, score], index) => {
    return { name, score, best: highest(teachers.map((scores) => scores[index]?.[1])) }
  })
  const bestAverage = averageOf(pairs.map(({ best }) => best))
  return {
    gaps: Object.fromEntries(pairs.map(({ name, score, best }) => [name, gapOf(score, best)])),
    kept: Object.fromEntries(pairs.map(({ name, score, best }) => [name, keptOf(score, best)])),
    averageGap: gapOf(average, bestAverage),
    averageKept: keptOf(average, bestAverage),
  }
}

function highest(scores: readonly OptionalScore[]): OptionalScore {
  const defined = scores.filter((score) => score !== undefined)
  return defined.length === 0 ? undefined : Math.max(...defined)
}

function gapOf(score: OptionalScore, reference: OptionalScore): OptionalScore {
  return score === undefined || reference === undefined ? undefined : score - reference
}

/** What is kept of nothing, or of less, says nothing. */
function keptOf(score: OptionalScore, reference: OptionalScore): OptionalScore {
  if (score === undefined || reference === undefined || reference <= 0) return undefined
  return (100 * score) / reference
}
