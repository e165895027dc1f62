import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { loadCheckpoint, saveCheckpoint } from '../../checkpoint/index.ts'
import { outputError, writeFileAtomic } from '../../files/index.ts'
import type { DistilOptions } from '../distil-options.ts'
import type { DistilFolder } from '../run/distil-folder.ts'
import type { DistilReport } from './distil-report.ts'
import { writeLearningCurve } from './learning-curve.ts'
import { renderDistilReport } from './render-report.ts'

interface FinishedRun {
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
  { options: { stages }, folder, report }: FinishedRun,
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
