import { renderBenchmark, textBenchmark } from '../../benchmark/index.ts'
import { renderReport } from '../../evaluate/index.ts'
import { textReport } from '../../evaluate/internal.ts'
import { markdownTable, type Table, textTable } from '../../tables/index.ts'
import type { DistilReport, ModelSize } from './distil-report.ts'

/** The report as Markdown: sizes, tasks, performance, and how the student came to be. */
export async function renderDistilReport(report: DistilReport): Promise<string> {
  const { evaluation, timing } = report
  const parts = [
    '# Teachers and student',
    markdownTable(sizeTable(report)),
    ...agreementTexts(report),
    ...(evaluation ? [deeper(await renderReport(evaluation, 'md'))] : []),
    ...(timing ? [deeper(await renderBenchmark(timing, 'md'))] : []),
    markdownTable(stageTable(report)),
  ]
  return `${parts.join('\n\n')}\n`
}

/** The report for a terminal. */
export function distilTables(report: DistilReport): string {
  const { evaluation, timing } = report
  const parts = [
    textTable(sizeTable(report)),
    ...agreementTexts(report),
    ...(evaluation ? [textReport(evaluation)] : []),
    ...(timing ? [textBenchmark(timing)] : []),
  ]
  return parts.join('\n\n')
}

function sizeTable({ models }: DistilReport): Table {
  const rows: [string, (model: ModelSize) => string][] = [
    ['layers', ({ layers }) => String(layers)],
    ['hidden size', ({ hiddenSize }) => String(hiddenSize)],
    ['vocabulary', ({ vocabularySize }) => vocabularySize.toLocaleString('en')],
    ['dimensions', ({ dimensions }) => String(dimensions)],
    ['parameters', ({ parameters }) => `${(parameters / 1e6).toFixed(1)} million`],
    ['size of the weights', ({ bytes }) => `${(bytes / 1e6).toFixed(1)} MB`],
  ]
  return {
    title: 'Size',
    columns: ['', ...models.map(({ model }) => model)],
    rows: rows.map(([name, cell]) => [name, ...models.map(cell)]),
  }
}

function agreementTexts({ agreements }: DistilReport): string[] {
  return agreements.map(({ teachers, texts, agreement, cosine }) => {
    const angle = cosine === undefined ? '' : `; mean cosine to the teacher ${cosine.toFixed(2)} %`
    return (
      `Agreement with ${teachers} on ${texts} texts that were held out: ${points(agreement)} ` +
      `(100 x Spearman's correlation)${angle}.`
    )
  })
}

function stageTable({ stages }: DistilReport): Table {
  const names = [
    ...new Set(stages.flatMap((stage) => stage.evaluations.flatMap((e) => Object.keys(e.scores)))),
  ]
  return {
    title: 'Stages, step by step',
    columns: ['stage', 'step', ...names],
    rows: stages.flatMap(({ name, evaluations }) =>
      evaluations.map(({ step, scores }) => [
        name,
        String(step),
        ...names.map((score) => points(scores[score])),
      ]),
    ),
  }
}

function points(score: number | undefined): string {
  return score === undefined ? '' : score.toFixed(2)
}

/** Headings one level lower, so that the report has one title. */
function deeper(markdown: string): string {
  return markdown.trimEnd().replace(/^#/gm, '##')
}
