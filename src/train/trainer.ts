import { SentenceEncoder } from '../encoder/index.ts'
import { InputError } from '../errors/index.ts'
import { given } from '../options/index.ts'
import { Reranker } from '../rerank/index.ts'
import type { StepResult } from './engine/messages.ts'
import { TrainingGuards } from './guards.ts'
import type { MetricsLog } from './metrics-log.ts'
import type { RunFolder, RunProgress } from './run-folder.ts'
import type { EvaluationReport, Scores, TrainingEvaluation, TrainOptions } from './train-options.ts'
import type { PreparedBatches, TrainingSession } from './training-session.ts'

/** All batches of one step, ready for the engine. */
export interface PreparedStep {
  readonly epoch: number
  /** Names of the data sets they are from. */
  readonly source: string
  readonly batches: PreparedBatches
}

export interface TrainerParts {
  readonly options: TrainOptions
  readonly session: TrainingSession
  /** Steps of the whole run. */
  readonly steps: number
  readonly prepare: (step: number) => Promise<PreparedStep>
  /** The schedule's factor on every learning rate at a step. */
  readonly rateFactor: (step: number) => number
  readonly learningRate: number
  readonly folder: RunFolder
  readonly log: MetricsLog
  readonly progress: RunProgress
}

const CHECKPOINT_STEPS = 500

/** A run: steps, with evaluations and checkpoints between them. */
export class Trainer {
  readonly #parts: TrainerParts
  readonly #guards = new TrainingGuards()
  readonly #clock: RunClock
  readonly #evaluations: EvaluationReport[] = []
  #progress: RunProgress
  #savedStep: number

  constructor(parts: TrainerParts) {
    this.#parts = parts
    this.#progress = parts.progress
    this.#savedStep = parts.progress.step
    this.#clock = new RunClock(parts.steps, parts.progress.step)
  }

  get progress(): RunProgress {
    return this.#progress
  }
  get evaluations(): readonly EvaluationReport[] {
    return this.#evaluations
  }
  get seconds(): number {
    return this.#clock.seconds
  }
  /** Whether the evaluations' patience has ended. */
  get isOutOfPatience(): boolean {
    const patience = this.#parts.options.evaluation?.patience
    return patience !== undefined && this.#progress.withoutGain >= patience
  }

  /**
   * Trains to the last step, or until patience ends.
   * @throws the signal's reason, after saving a checkpoint; RuntimeError for a run that is ruined.
   */
  async run(): Promise<void> {
    const { steps, prepare, options, session, rateFactor } = this.#parts
    let next = this.#progress.step < steps ? prepare(this.#progress.step) : undefined
    while (next && !this.isOutOfPatience) {
      if (options.signal?.aborted) await this.#save()
      options.signal?.throwIfAborted()
      const prepared = await next
      const { step } = this.#progress
      const result = session.step(prepared.batches, step, rateFactor(step))
      // The next batches are made while the engine computes these.
      next = step + 1 < steps ? prepare(step + 1) : undefined
      next?.catch(() => {})
      await this.#record(prepared, await result)
      await this.#evaluateOrSave()
    }
  }

  async #record({ epoch, source, batches }: PreparedStep, result: StepResult): Promise<void> {
    const { options, steps, log, learningRate, rateFactor } = this.#parts
    const { step } = this.#progress
    this.#guards.check(step, result)
    this.#progress = { ...this.#progress, step: step + 1 }
    this.#clock.count(batches.texts)
    const report = {
      step: step + 1,
      epoch,
      source,
      loss: result.loss,
      gradientNorm: result.gradientNorm,
      learningRate: learningRate * rateFactor(step),
      textsPerSecond: this.#clock.textsPerSecond,
    }
    await log.append(report)
    options.onStep?.({ ...report, steps, secondsLeft: this.#clock.secondsLeft(step + 1) })
  }

  async #evaluateOrSave(): Promise<void> {
    const { steps, options } = this.#parts
    const { step } = this.#progress
    const { evaluation, checkpointEvery = CHECKPOINT_STEPS } = options
    if (evaluation && (step === steps || step % evaluation.every === 0)) {
      await this.#evaluate(evaluation)
      await this.#save()
    } else if (step === steps || step % checkpointEvery === 0) await this.#save()
  }

  async #evaluate(evaluation: TrainingEvaluation): Promise<void> {
    const { folder, log, options, session } = this.#parts
    const { step, best, withoutGain } = this.#progress
    const model = folder.model(step)
    await session.saveModel(model)
    const scores = await this.#score(evaluation, model)
    const { metric } = evaluation
    const score = metric === undefined ? 0 : requireMetric(scores, metric)
    const isBest = metric === undefined || best === undefined || score > best.score
    this.#progress = isBest
      ? { step, best: { step, score }, withoutGain: 0 }
      : { step, best, withoutGain: withoutGain + 1 }
    const report = { step, scores, isBest: isBest && metric !== undefined }
    this.#evaluations.push(report)
    await log.append({ step, scores })
    options.onEvaluation?.(report)
  }

  async #score({ score, scoreReranker }: TrainingEvaluation, model: string): Promise<Scores> {
    const { options, session } = this.#parts
    const { threads, backend } = options
    const load = {
      precision: 'float32',
      onWarning: () => {},
      ...given({ threads, backend }),
    } as const
    if (!session.checkpoint.crossEncoder) {
      await using encoder = await SentenceEncoder.load(model, load)
      return await score(encoder)
    }
    if (!scoreReranker) throw noRerankerScore()
    await using reranker = await Reranker.load(model, load)
    return await scoreReranker(reranker)
  }

  async #save(): Promise<void> {
    const { folder, session } = this.#parts
    if (this.#savedStep === this.#progress.step) return
    await folder.save(this.#progress, (path) => session.saveState(path))
    this.#savedStep = this.#progress.step
  }
}

function noRerankerScore(): InputError {
  return new InputError(
    'train-evaluation-kind',
    'the evaluation has no scoreReranker, which it needs where a cross-encoder is trained; give one',
  )
}

function requireMetric(scores: Scores, metric: string): number {
  const score = scores[metric]
  if (score !== undefined && Number.isFinite(score)) return score
  throw new InputError(
    'train-metric',
    `the evaluation gave ${metric} as ${score}; expected a number, among ` +
      `${Object.keys(scores).join(', ')}`,
    { facts: { metric, scores } },
  )
}

/** How fast a run goes and how long it has to go. */
export class RunClock {
  readonly #start = performance.now()
  readonly #steps: number
  readonly #first: number
  #texts = 0

  /** @param first the step this session begins with; earlier ones took another session's time */
  constructor(steps: number, first: number) {
    this.#steps = steps
    this.#first = first
  }

  count(texts: number): void {
    this.#texts += texts
  }

  get seconds(): number {
    return (performance.now() - this.#start) / 1000
  }

  get textsPerSecond(): number {
    return this.#texts / this.seconds
  }

  /** Seconds until the last step, if it goes on as it went. */
  secondsLeft(step: number): number {
    const done = step - this.#first
    return done === 0 ? Number.POSITIVE_INFINITY : (this.seconds / done) * (this.#steps - step)
  }
}
