import { transfer } from '../channel/index.ts'
import type { Checkpoint, SaveType } from '../checkpoint/index.ts'
import { choosePrompt, loadSource, tokenizerOptions } from '../encoder/index.ts'
import { InputError, RuntimeError } from '../errors/index.ts'
import { warnOnConsole } from '../options/index.ts'
import { createTokenizer } from '../tokenizer/index.ts'
import { BatchPreparer } from './batch-preparer.ts'
import type { Example } from './data/index.ts'
import type { BatchInputs, StepResult } from './engine/messages.ts'
import { startTrainingEngine, type TrainingEngine } from './engine/training-engine.ts'
import { engineStart } from './step-programs.ts'
import type { TrainingSource, TrainOptions } from './train-options.ts'

/** What a session takes of a run's options. */
export type SessionOptions = Pick<
  TrainOptions,
  | 'model'
  | 'load'
  | 'sources'
  | 'seed'
  | 'optimizer'
  | 'dropout'
  | 'freeze'
  | 'prompt'
  | 'maxLength'
  | 'accumulate'
  | 'threads'
  | 'backend'
  | 'onWarning'
>

/** Examples to be trained on together. */
export interface StepBatch {
  /** Index of the source, among the session's, whose loss they are trained with. */
  readonly source: number
  readonly examples: readonly Example[]
}

/** Batches as the engine takes them. */
export interface PreparedBatches {
  readonly inputs: readonly BatchInputs[]
  /** Unique texts in all of them. */
  readonly texts: number
}

/** A model in training, for a loop of one's own; `train` is the loop for everyone else. */
export class TrainingSession {
  /** The model as it was before training. */
  readonly checkpoint: Checkpoint
  readonly #options: SessionOptions
  readonly #engine: TrainingEngine
  readonly #preparer: BatchPreparer
  readonly #lacks: LackWarnings

  private constructor(checkpoint: Checkpoint, engine: TrainingEngine, options: SessionOptions) {
    this.checkpoint = checkpoint
    this.#engine = engine
    this.#options = options
    this.#lacks = new LackWarnings(options.onWarning ?? warnOnConsole)
    this.#preparer = new BatchPreparer({
      tokenizer: createTokenizer(checkpoint.tokenizerFiles, tokenizerOptions(checkpoint)),
      checkpoint,
      prompt: choosePrompt(options, checkpoint),
      maxLength: Math.min(options.maxLength ?? checkpoint.maxLength, checkpoint.maxLength),
    })
  }

  /**
   * Loads the model and builds a graph for each source.
   * @param state a file of `saveState` to go on from
   * @throws InputError for options that make no sense; CheckpointError for a model or a state that
   *   is damaged; RuntimeError when the runtime refuses a graph.
   */
  static async open(options: SessionOptions, state?: string): Promise<TrainingSession> {
    const checkpoint = await modelToTrain(options)
    const start = engineStart(options, checkpoint, state)
    const engine = await startTrainingEngine(start, options.onWarning ?? warnOnConsole)
    return new TrainingSession(checkpoint, engine, options)
  }

  /** Splits the texts of batches into tokens; can be done while a step is computed. */
  async prepare(batches: readonly StepBatch[]): Promise<PreparedBatches> {
    const prepared = []
    for (const { source: index, examples } of batches) {
      const source = this.#options.sources[index]
      if (!source) {
        const message = `there is no source ${index} among ${this.#options.sources.length}`
        throw new InputError('train-source', message, { facts: { source: index } })
      }
      this.#lacks.check(source, { examples })
      prepared.push(await this.#preparer.prepare(source, index, examples))
    }
    return {
      inputs: prepared.map(({ inputs }) => inputs),
      texts: prepared.reduce((sum, { texts }) => sum + texts, 0),
    }
  }

  /**
   * One step of the optimizer, on the mean of the batches' gradients. Hands over the batches' memory.
   * @param step index of the step, from 0, which the elements that are dropped follow from
   * @param rateFactor factor on every learning rate. Default 1.
   */
  step({ inputs }: PreparedBatches, step: number, rateFactor = 1): Promise<StepResult> {
    const request = { step, batches: inputs, rateFactor }
    return this.#engine.ask('step', transfer(request, buffersOf(inputs)))
  }

  /** Writes all that the next step depends on, to go on from another day. */
  async saveState(path: string): Promise<void> {
    await this.#engine.ask('saveState', path)
  }

  /** Writes the model as it is now: with the moving average of its weights, where one is kept. */
  async saveModel(folder: string, type: SaveType = 'float32'): Promise<void> {
    await this.#engine.ask('saveModel', { folder, checkpoint: this.checkpoint, type })
  }

  /** Frees all memory. */
  dispose(): Promise<void> {
    const message = 'the training engine was disposed'
    return this.#engine.close(new RuntimeError('train-thread', message))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }
}

/** Reads the model, or downloads it first. */
export async function modelToTrain({
  model,
  load = {},
  onWarning,
}: Pick<SessionOptions, 'model' | 'load' | 'onWarning'>): Promise<Checkpoint> {
  const options = onWarning ? { onWarning, ...load } : load
  return typeof model === 'string' ? loadSource(model, options) : model
}

/** The memory of the inputs, but not where they are views of something larger. */
function buffersOf(batches: readonly BatchInputs[]): ArrayBuffer[] {
  const inputs = batches.flatMap(({ texts, loss }) => [...texts, loss])
  const arrays = inputs.flatMap((named) => Object.values(named)).map(({ data }) => data)
  const whole = arrays.filter(({ buffer, byteLength }) => buffer.byteLength === byteLength)
  return [...new Set(whole.map(({ buffer }) => buffer as ArrayBuffer))]
}

/** Warns of batches that a loss learns nothing from: of the 1st, 10th, 100th … of each source. */
export class LackWarnings {
  readonly #warn: (message: string) => void
  readonly #counts = new Map<TrainingSource, { batches: number; lacking: number }>()

  constructor(warn: (message: string) => void) {
    this.#warn = warn
  }

  /** Looks at a batch that is about to be trained on. */
  check(source: TrainingSource, { examples }: Pick<StepBatch, 'examples'>): void {
    const counts = this.#counts.get(source) ?? { batches: 0, lacking: 0 }
    this.#counts.set(source, counts)
    counts.batches += 1
    const lack = source.loss.lack?.(examples)
    if (lack === undefined) return
    counts.lacking += 1
    if (Number.isInteger(Math.log10(counts.lacking))) this.#warn(warning(source, lack, counts))
  }
}

function warning(
  { dataset, loss, batchSize }: TrainingSource,
  lack: string,
  { batches, lacking }: { readonly batches: number; readonly lacking: number },
): string {
  return (
    `${loss.name} learns nothing from a batch of ${dataset.name}: ${lack} (so it was in ${lacking} of ` +
    `${batches} batches); make batches larger than ${batchSize}, or use another loss or data`
  )
}
