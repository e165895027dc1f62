import { type LineSeries, lineChart, type Point } from '../../charts/index.ts'
import { writeFileAtomic } from '../../files/index.ts'
import type { DistilReport, StageReport } from './distil-report.ts'

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
