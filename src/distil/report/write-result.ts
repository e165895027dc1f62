import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type LineSeries, lineChart, type Point } from '../../charts/index.ts'
import { loadCheckpoint, saveCheckpoint } from '../../checkpoint/index.ts'
import { outputError, writeFileAtomic } from '../../files/index.ts'
import type { DistilOptions } from '../distil-options.ts'
import type { DistilFolder } from '../run/distil-folder.ts'
import type { DistilReport, StageReport } from './distil-report.ts'
import { renderDistilReport } from './render-report.ts'

interface ReportedRun {
  readonly options: DistilOptions
  readonly folder: DistilFolder
  readonly report: DistilReport
}

/** Saves the last stage's student as it is handed out; gives its folder, inside the run's. */
export async function saveStudent(
  folder: DistilFolder,
  { stages, saveType = 'float32' }: DistilOptions,
): Promise<string> {
  const result = folder.at('.result')
  const checkpoint = await loadCheckpoint(folder.stage(stages.length - 1))
  await saveCheckpoint(result, checkpoint, { type: saveType, overwrite: true })
  return result
}

/** Puts report, curve and each stage's records beside the student, in its folder `distillation`. */
export async function writeRecords(
  result: string,
  { options: { stages }, folder, report }: ReportedRun,
): Promise<void> {
  const target = join(result, 'distillation')
  try {
    await mkdir(target)
    await cp(folder.at('run.json'), join(target, 'run.json'))
    for (const [index, { name }] of stages.entries()) {
      const records = join(folder.stage(index), 'training')
      await cp(records, join(target, `${index + 1}-${fileName(name)}`), { recursive: true })
    }
  } catch (cause) {
    throw outputError(target, cause)
  }
  await writeFileAtomic(join(target, 'report.json'), `${JSON.stringify(report, null, 1)}\n`)
  await writeFileAtomic(join(target, 'report.md'), await renderDistilReport(report))
  await writeLearningCurve(report, join(target, 'learning-curve.svg'))
}

function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}-]+/gu, '-')
}

/** Plots the student's scores against the steps of all stages, one after another, as SVG. */
export async function writeLearningCurve(
  { stages }: Pick<DistilReport, 'stages'>,
  picture: string,
): Promise<void> {
  const entries = entriesOf(stages)
  const names = [...new Set(entries.flatMap(({ scores }) => Object.keys(scores)))]
  if (names.length === 0) return
  const series = names.map(
    (name): LineSeries => ({
      name,
      dots: true,
      points: entries.map(({ step, scores }): Point => [step, scores[name] ?? Number.NaN]),
    }),
  )
  const { svg } = await lineChart(series, {
    title: 'Learning curve',
    subtitle: `stages: ${stages.map(({ name, steps }) => `${name} (${steps} steps)`).join(', ')}`,
    x: { label: 'step' },
    y: { label: 'score' },
  })
  await writeFileAtomic(picture, svg)
}

function entriesOf(stages: readonly StageReport[]) {
  let before = 0
  return stages.flatMap(({ steps, evaluations }) => {
    const first = before
    before += steps
    return evaluations.map(({ step, scores }) => ({ step: first + step, scores }))
  })
}
