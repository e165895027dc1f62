import { markdownTable, textTable } from '../tables/index.ts'
import type { ReportFormat } from './constants.ts'
import type { Report } from './report.ts'
import { reportNotes, reportTables } from './report-tables.ts'

/** A report as the text of a file. SVG: a bar for each task and model, with its 95 % interval. */
export async function renderReport(report: Report, format: ReportFormat): Promise<string> {
  switch (format) {
    case 'md':
      return markdownReport(report)
    case 'json':
      return `${reportJson(report, 1)}\n`
    case 'svg':
      return chartOf(report)
    default:
      return format satisfies never
  }
}

/** A report for a terminal. */
export function textReport(report: Report): string {
  return [...reportTables(report).map(textTable), ...reportNotes(report)].join('\n\n')
}

/** JSON in which what is undefined is null, so that it is seen. */
export function reportJson(report: Report, indent?: number): string {
  return JSON.stringify(report, (_, value) => (value === undefined ? null : value), indent)
}

function markdownReport(report: Report): string {
  const files = report.tasks.map(
    ({ name, source, sha256 }) => `- ${name}: ${source}, SHA-256 ${sha256}`,
  )
  return `${[
    '# Evaluation',
    ...reportTables(report).map(markdownTable),
    ...reportNotes(report),
    `## Files\n\n${files.join('\n')}`,
  ].join('\n\n')}\n`
}

async function chartOf({ models }: Report): Promise<string> {
  const { barChart } = await import('../charts/index.ts')
  const bars = models.flatMap(({ model, results, average }) => [
    ...results.map(({ task, score, interval }) => ({
      category: task,
      series: model,
      value: score ?? Number.NaN,
      ...(interval ? { interval } : {}),
    })),
    { category: 'average', series: model, value: average ?? Number.NaN },
  ])
  const chart = await barChart(bars, {
    title: 'Agreement with human judgement',
    subtitle: "100 x Spearman's correlation, best of four similarities; lines: 95 % interval",
    y: { label: "100 x Spearman's correlation" },
    width: Math.max(800, bars.length * 34),
    format: (value) => value.toFixed(1),
  })
  return chart.svg
}
