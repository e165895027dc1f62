import type { Table } from '../tables/index.ts'
import type { RetrievalSetResult } from './evaluate-retrieval.ts'
import type { TaskResult } from './evaluate-tasks.ts'
import type { Kept, ModelReport, Report } from './report.ts'

/**
 * The tables of a report: scores, search, teachers and students as on the model card, details of
 * each model.
 */
export function reportTables(report: Report): Table[] {
  const hasRetrieval = report.models.some(({ retrieval }) => retrieval.length > 0)
  return [
    scoreTable(report),
    ...(hasRetrieval ? [retrievalTable(report.models)] : []),
    ...(report.comparisons.length > 0 ? [cardTable(report)] : []),
    ...report.models.map(detailTable),
  ]
}

/** What the tables cannot say: what is missing, and why a score is not there. */
export function reportNotes({ missing, models }: Report): string[] {
  const absent = missing.map(({ name, reason }) => `${name} is missing: ${reason}.`)
  const undefinedScores = models.flatMap(({ model, results }) =>
    results
      .filter(({ undefinedBecause }) => undefinedBecause !== undefined)
      .map(({ task, undefinedBecause }) => {
        return `${model} has no score on ${task}: ${undefinedBecause}, and Spearman's correlation is not defined.`
      }),
  )
  const isRefused = models.some(({ average }) => average === undefined)
  return [
    ...absent,
    ...undefinedScores,
    ...(isRefused ? ['There is no average where a task lacks its score.'] : []),
  ]
}

function scoreTable({ tasks, models }: Report): Table {
  const rows = tasks.map(({ name, split, pairs, sha256 }, index) => [
    name,
    split,
    String(pairs),
    sha256.slice(0, 12),
    ...models.map(({ results }) => points(results[index]?.score)),
  ])
  const pairs = tasks.reduce((sum, task) => sum + task.pairs, 0)
  const averages = models.map(({ average }) => points(average))
  return {
    title: "Scores: 100 x Spearman's correlation, best of four similarities",
    columns: ['task', 'split', 'pairs', 'SHA-256', ...models.map(({ model }) => model)],
    rows: [...rows, [`average of ${tasks.length}`, '', String(pairs), '', ...averages]],
  }
}

/** As on the card of DMetaSoul/sbert-chinese-general-v2-distill: a column each task, gaps below. */
function cardTable({ tasks, models, teachers, comparisons }: Report): Table {
  const sets = models[0]?.retrieval ?? []
  const scores = (report: ModelReport, role: string) => [
    `${role}: ${report.model}`,
    ...report.results.map(({ score }) => points(score)),
    points(report.average),
    ...report.retrieval.map(({ ndcg10 }) => points(ndcg10)),
    ...(sets.length > 0 ? [points(report.retrievalAverage)] : []),
  ]
  const row = (name: string, tasksKept: Cells, retrieval: Cells) => {
    return [name, ...tasksKept, ...(sets.length > 0 ? retrieval : [])]
  }
  const students = comparisons.flatMap((comparison, index) => {
    const student = models[teachers.length + index]
    if (!student) return []
    const { retrieval } = comparison
    return [
      scores(student, 'student'),
      row('gap', gapCells(comparison), gapCells(retrieval)),
      row('kept', keptCells(comparison), keptCells(retrieval)),
    ]
  })
  const setNames = sets.length > 0 ? [...sets.map(({ set }) => set), 'nDCG@10'] : []
  return {
    title: teachers.length > 1 ? 'Teachers and student' : 'Teacher and student',
    columns: ['model', ...tasks.map(({ name }) => name), 'average', ...setNames],
    rows: [
      ...models.slice(0, teachers.length).map((teacher) => scores(teacher, 'teacher')),
      ...students,
    ],
  }
}

type Cells = readonly string[]

const gapCells = ({ gaps, averageGap }: Kept) => [
  ...Object.values(gaps).map(signed),
  signed(averageGap),
]

const keptCells = ({ kept, averageKept }: Kept) => [
  ...Object.values(kept).map(percent),
  percent(averageKept),
]

function detailTable({ model, prompt, results }: ModelReport): Table {
  return {
    title: `${model}${prompt ? `, prompt ${JSON.stringify(prompt)}` : ''}`,
    columns: ['task', 'cosine', 'Manhattan', 'Euclidean', 'dot', 'Pearson', 'AUC', '95 % interval'],
    rows: results.map((result) => [
      result.task,
      points(result.spearman.cosine),
      points(result.spearman.manhattan),
      points(result.spearman.euclidean),
      points(result.spearman.dot),
      points(result.pearson),
      points(result.auc),
      intervalText(result),
    ]),
  }
}

function intervalText({ interval }: TaskResult): string {
  return interval ? `${points(interval[0])} to ${points(interval[1])}` : points(undefined)
}

function points(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(2)
}

function signed(value: number | undefined): string {
  return value !== undefined && value > 0 ? `+${points(value)}` : points(value)
}

function percent(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(2)} %`
}

/** A model's results on retrieval sets. */
export interface RetrievalModel {
  readonly model: string
  readonly retrieval: readonly RetrievalSetResult[]
}

/** Models beside each other on each retrieval set. */
export function retrievalTable(models: readonly RetrievalModel[]): Table {
  const sets = models[0]?.retrieval.map(({ set }) => set) ?? []
  const rows = sets.flatMap((_, index) =>
    models.flatMap(({ model, retrieval }) => {
      const result = retrieval[index]
      return result ? [cellsOf(model, result)] : []
    }),
  )
  return {
    title: 'Search: all times 100, over the queries to which something is relevant',
    columns: [
      ...['set', 'queries', 'documents', 'model', 'nDCG@10', '95 % interval'],
      ...['MRR@10', 'recall@1', '@10', '@100'],
    ],
    rows,
  }
}

function cellsOf(model: string, result: RetrievalSetResult): string[] {
  const { set, queries, documents, ndcg10, interval } = result
  const { mrr10, recall1, recall10, recall100 } = result
  const points = (value: number) => value.toFixed(2)
  return [
    ...[set, String(queries), String(documents), model, points(ndcg10)],
    `${points(interval[0])} to ${points(interval[1])}`,
    ...[mrr10, recall1, recall10, recall100].map(points),
  ]
}
