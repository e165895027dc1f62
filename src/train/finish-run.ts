import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { loadCheckpoint, saveCheckpoint } from '../checkpoint/index.ts'
import { loadSource } from '../encoder/index.ts'
import { OutputError } from '../errors/index.ts'
import { writeFileAtomic } from '../files/index.ts'
import { averageModels } from './average-models.ts'
import { writeLossCurve } from './loss-curve.ts'
import type { RunFolder } from './run-folder.ts'
import type { RunRecord } from './run-record.ts'
import type { ModelAverage, TrainOptions, TrainReport } from './train-options.ts'
import type { Trainer } from './trainer.ts'
import type { TrainingSession } from './training-session.ts'

interface FinishedRun {
  readonly options: TrainOptions
  readonly session: TrainingSession
  readonly folder: RunFolder
  readonly record: RunRecord
}

/** Puts model, log, plot and record together, gives them the output's name, and tidies up. */
export async function finishRun(trainer: Trainer, run: FinishedRun): Promise<TrainReport> {
  const { options, folder } = run
  const { step, best } = trainer.progress
  const report: TrainReport = {
    output: options.output,
    steps: step,
    modelStep: best?.step ?? step,
    evaluations: trainer.evaluations,
    seconds: trainer.seconds,
    stoppedEarly: trainer.isOutOfPatience,
  }
  const result = folder.at('.result')
  try {
    await rm(result, { recursive: true, force: true })
    await writeModel(result, best?.step, run)
    if (options.average) await averageWith(options.average, result, run)
    await writeRecord(join(result, 'training'), report, run)
    await rename(result, options.output)
  } catch (cause) {
    if (cause instanceof OutputError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new OutputError(
      'train-save-failed',
      `${options.output} could not be written: ${reason}; the run is whole, so mend it and go on ` +
        'with --resume',
      { cause },
    )
  }
  await folder.remove()
  return report
}

/** The best evaluated model, else the last. */
async function writeModel(
  target: string,
  best: number | undefined,
  { session, folder, options: { saveType = 'float32' } }: FinishedRun,
): Promise<void> {
  if (best === undefined) {
    await session.saveModel(target, saveType)
  } else if (saveType === 'float32') await cp(folder.model(best), target, { recursive: true })
  else {
    await saveCheckpoint(target, await loadCheckpoint(folder.model(best)), { type: saveType })
  }
}

/** Replaces the model by one between it and another. */
async function averageWith(
  { model, share }: ModelAverage,
  target: string,
  { session, options: { saveType = 'float32', load } }: FinishedRun,
): Promise<void> {
  const other = typeof model === 'string' ? await loadSource(model, load ?? {}) : model
  const trained = await loadCheckpoint(target)
  const averaged = await averageModels(trained, other ?? session.checkpoint, share)
  await saveCheckpoint(target, averaged, { type: saveType, overwrite: true })
}

async function writeRecord(
  target: string,
  report: TrainReport,
  { folder, record }: FinishedRun,
): Promise<void> {
  await mkdir(target)
  const log = folder.at('metrics.jsonl')
  await cp(log, join(target, 'metrics.jsonl'))
  await writeLossCurve(log, join(target, 'loss.svg'))
  const { output: _, ...result } = report
  const text = JSON.stringify({ ...record, result }, null, 2)
  await writeFileAtomic(join(target, 'run.json'), `${text}\n`)
}
