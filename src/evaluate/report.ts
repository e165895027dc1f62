import { mean } from '../metrics/index.ts'
import type { TaskResult } from './evaluate-tasks.ts'
import type { LoadedTasks } from './load-tasks.ts'

/** One model's results. */
export interface ModelResults {
  readonly model: string
  /** Text put before every sentence, where the model's own default was not used. */
  readonly prompt?: string
  readonly results: readonly TaskResult[]
}

/** One model's results and their mean. */
export interface ModelReport extends ModelResults {
  /** Mean of the tasks' scores; `undefined` where one is missing or undefined. */
  readonly average: number | undefined
}

/** How much of a teacher's score another model keeps. */
export interface Comparison {
  readonly model: string
  /** Score less the teacher's score, by task. */
  readonly gaps: Readonly<Record<string, number | undefined>>
  /** 100 x score / the teacher's score, by task. */
  readonly kept: Readonly<Record<string, number | undefined>>
  readonly averageGap: number | undefined
  /** 100 x average / the teacher's average. */
  readonly averageKept: number | undefined
}

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
  /** The name of the teacher among the models, and every other model beside it. */
  readonly teacher?: string
  readonly comparisons: readonly Comparison[]
}

export interface ReportOptions {
  /** The first of the models is the teacher of the others. Default false. */
  readonly hasTeacher?: boolean
  /** Average over the tasks that are there, though others are missing. Default false: no average. */
  readonly allowMissing?: boolean
}

/** Puts models' results beside each other. */
export function createReport(
  { tasks, missing }: LoadedTasks,
  models: readonly ModelResults[],
  { hasTeacher = false, allowMissing = false }: ReportOptions = {},
): Report {
  const reports = models.map((model) => ({
    ...model,
    average: missing.length > 0 && !allowMissing ? undefined : averageOf(model.results),
  }))
  const [teacher, ...students] = reports
  const compared = hasTeacher && teacher ? { teacher, students } : undefined
  return {
    tasks: tasks.map(({ name, split, pairs, source, sha256 }) => {
      return { name, split, pairs: pairs.gold.length, source, sha256 }
    }),
    missing,
    models: reports,
    ...(compared ? { teacher: compared.teacher.model } : {}),
    comparisons: compared?.students.map((student) => compare(student, compared.teacher)) ?? [],
  }
}

function averageOf(results: readonly TaskResult[]): number | undefined {
  const scores = results.map(({ score }) => score).filter((score) => score !== undefined)
  return scores.length === results.length ? mean(scores) : undefined
}

function compare(student: ModelReport, teacher: ModelReport): Comparison {
  const pairs = student.results.map(({ task, score }, index) => {
    return { task, score, reference: teacher.results[index]?.score }
  })
  const byTask = (of: (score: Score, reference: Score) => Score) =>
    Object.fromEntries(pairs.map(({ task, score, reference }) => [task, of(score, reference)]))
  return {
    model: student.model,
    gaps: byTask(gapOf),
    kept: byTask(keptOf),
    averageGap: gapOf(student.average, teacher.average),
    averageKept: keptOf(student.average, teacher.average),
  }
}

type Score = number | undefined

function gapOf(score: Score, reference: Score): Score {
  return score === undefined || reference === undefined ? undefined : score - reference
}

/** What is kept of nothing, or of less, says nothing. */
function keptOf(score: Score, reference: Score): Score {
  if (score === undefined || reference === undefined || reference <= 0) return undefined
  return (100 * score) / reference
}
