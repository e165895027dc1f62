import { BatchPlan } from './data/index.ts'
import { finishRun } from './finish-run.ts'
import { MetricsLog } from './metrics-log.ts'
import { OPTIMIZER_DEFAULTS, scheduleOf } from './optimizer-settings.ts'
import { openRun, RunFolder, requireNewOutput } from './run-folder.ts'
import { runRecord } from './run-record.ts'
import type { TrainingSource, TrainOptions, TrainReport } from './train-options.ts'
import { type PreparedStep, Trainer } from './trainer.ts'
import { modelToTrain, TrainingSession } from './training-session.ts'

/**
 * Trains a model, and saves it as a folder that sentence-transformers opens.
 *
 * The run works in `<output>.training`: checkpoints, the best model so far, the log `metrics.jsonl`.
 * An interrupted run, even by a power cut, goes on from its last checkpoint with `resume`, and ends
 * with the very weights it would have had. At the end the model appears as `output`, whole, with the
 * log, a plot of the losses and all that is needed to repeat the run in its folder `training`, and
 * the run's own folder is removed.
 *
 * @throws InputError for options that make no sense, an output that is there already, or a run to be
 *   resumed that was another; RuntimeError for a run that is ruined (see `TrainingGuards`);
 *   OutputError for a full disk.
 * @example
 * ```ts
 * import { cosent, loadDataset, train } from 'yuju/train'
 *
 * const dataset = await loadDataset('scored.tsv', { kind: 'scored-pairs', label: { scale: 5 } })
 * const sources = [{ dataset, loss: cosent(), batchSize: 32 }]
 * const report = await train({ model: 'my-model', sources, epochs: 1, output: 'trained' })
 * ```
 */
export async function train(options: TrainOptions): Promise<TrainReport> {
  await requireNewOutput(options.output)
  const folder = new RunFolder(`${options.output}.training`)
  const { seed = 0, epochs = 1, accumulate = 1 } = options
  const sources = options.sources.map(withLossNeeds)
  const amount = options.steps === undefined ? { epochs } : { batches: options.steps * accumulate }
  const plan = new BatchPlan(sources, { seed, ...amount })
  const steps = Math.max(1, Math.floor(plan.length / accumulate))
  const model = await modelToTrain(options)
  const record = await runRecord({ ...options, sources }, model, steps)
  const { progress, state } = await openRun(folder, record, options)
  await using session = await TrainingSession.open({ ...options, sources, model }, state)
  const log = await MetricsLog.open(folder.at('metrics.jsonl'), progress.step)
  try {
    const trainer = new Trainer({
      options,
      session,
      steps,
      prepare: stepPreparer(session, plan, { sources, accumulate }),
      rateFactor: scheduleOf(options.schedule ?? {}, steps),
      learningRate: options.optimizer?.learningRate ?? OPTIMIZER_DEFAULTS.learningRate,
      folder,
      log,
      progress,
    })
    await trainer.run()
    return await finishRun(trainer, { options, session, folder, record })
  } finally {
    await log.close()
  }
}

/** Batches are what the loss needs, unless the source says otherwise. */
function withLossNeeds(source: TrainingSource): TrainingSource {
  const { comparesLabels, inBatchNegatives } = source.loss
  const { duplicates = !inBatchNegatives } = source
  return { ...(comparesLabels ? { mixLabels: true } : {}), ...source, duplicates }
}

/** Step n consists of batches n·a to n·a + a - 1 of the plan, for a batches a step. */
function stepPreparer(
  session: TrainingSession,
  plan: BatchPlan,
  { sources, accumulate }: Pick<TrainOptions, 'sources'> & { readonly accumulate: number },
): (step: number) => Promise<PreparedStep> {
  return async (step) => {
    const batches = Array.from({ length: accumulate }, (_, i) => plan.batch(step * accumulate + i))
    const names = batches.map(({ source }) => sources[source]?.dataset.name ?? '')
    return {
      epoch: Math.max(...batches.map(({ epoch }) => epoch)),
      source: [...new Set(names)].sort().join('+'),
      batches: await session.prepare(batches),
    }
  }
}
