import type { Checkpoint } from '../checkpoint/index.ts'
import type { LoadOptions, SentenceEncoder, TextRole } from '../encoder/index.ts'
import type { Reranker } from '../rerank/index.ts'
import type { Backend, Tensor } from '../runtime/index.ts'
import type { BatchSource, Example } from './data/index.ts'
import type { Loss } from './losses/index.ts'
import type { OptimizerOptions, ScheduleOptions } from './optimizer-settings.ts'
import type { DropoutRates } from './training-graph-builder.ts'

/** A data set, how batches are made of it, and the loss they are trained with. */
export interface TrainingSource extends BatchSource {
  readonly loss: Loss
  /**
   * What the texts of each column are in a search: they get the model's prompt for it, as when they
   * are encoded for one. Default: texts like any other, with the prompt of the run.
   */
  readonly roles?: readonly TextRole[]
  /**
   * For batches whose states do not fit into memory: texts encoded at a time (gradient caching).
   * Default: the whole batch at once.
   */
  readonly cachedTexts?: number
  /**
   * Tensors the loss compares with beside the label, such as a teacher's vectors, by the names it
   * asks for: float32, [P, …]; token targets [R,T, …], over `texts`, the batch's unique texts as the
   * model takes them.
   */
  readonly targets?: (
    examples: readonly Example[],
    texts: Readonly<Record<string, Tensor>>,
  ) => Readonly<Record<string, Tensor>> | Promise<Readonly<Record<string, Tensor>>>
}

/** Scores of a model by name; higher is better. */
export type Scores = Readonly<Record<string, number>>

/** How a run judges the model it trains. */
export interface TrainingEvaluation {
  /** Steps between evaluations; the last step is always followed by one. */
  readonly every: number
  readonly score: (encoder: SentenceEncoder) => Promise<Scores>
  /** The same of a cross-encoder, where one is trained. */
  readonly scoreReranker?: (reranker: Reranker) => Promise<Scores>
  /** The score that decides which model is the best, and kept. Default: none, the last is kept. */
  readonly metric?: string
  /** Stop after this many evaluations without a better one by `metric`. Default: never. */
  readonly patience?: number
}

/** Which model the trained one is averaged with, and how large its share is. */
export interface ModelAverage {
  /** A folder, a hub id, or a model that was read already. Default: the model before training. */
  readonly model?: string | Checkpoint
  /** From 0, which changes nothing, to 1. */
  readonly share: number
}

/** What is trained, on what, and how. */
export interface TrainOptions {
  /** A folder, `owner/name` on the hub, or a model that was read already. */
  readonly model: string | Checkpoint
  readonly load?: LoadOptions
  /** The folder of the trained model. The run works in a folder beside it, `<output>.training`. */
  readonly output: string
  readonly sources: readonly TrainingSource[]
  /** How often every example is seen. Default 1, where `steps` does not say. */
  readonly epochs?: number
  /** Steps of the optimizer; overrules `epochs`. */
  readonly steps?: number
  /** Batches whose gradients are averaged into one step. Default 1. */
  readonly accumulate?: number
  /** Default 0. All that is random follows from it. */
  readonly seed?: number
  readonly optimizer?: Partial<OptimizerOptions>
  readonly schedule?: Partial<ScheduleOptions>
  /** Default: the rates of the model's configuration. */
  readonly dropout?: Partial<DropoutRates>
  /** Weights that stay as they are: those whose name begins with one of these. Default: none. */
  readonly freeze?: readonly string[]
  /** Put before every text. Default: the model's default prompt. */
  readonly prompt?: string
  /** The most tokens of a text. Default: the model's. */
  readonly maxLength?: number
  readonly evaluation?: TrainingEvaluation
  /** Steps between checkpoints to go on from. Default 500; every evaluation saves one too. */
  readonly checkpointEvery?: number
  /** Go on from the last checkpoint of an interrupted run. Default false. */
  readonly resume?: boolean
  /** What makes the run repeatable, to be saved beside the model, e.g. a recipe. */
  readonly record?: Readonly<Record<string, unknown>>
  /** Saves a model between the trained one and another; see `averageModels`. Default: the trained one. */
  readonly average?: ModelAverage
  /** How the model's weights are stored. Default float32. */
  readonly saveType?: 'float32' | 'float16'
  /** Default: the machine's physical cores. */
  readonly threads?: number
  readonly backend?: Backend
  readonly signal?: AbortSignal
  readonly onStep?: (step: StepReport) => void
  readonly onEvaluation?: (evaluation: EvaluationReport) => void
  /** Is given what a user should know of the model, the data and the runtime. Default: stderr. */
  readonly onWarning?: (message: string) => void
}

/** What a step was like. */
export interface StepReport {
  /** Steps done, from 1. */
  readonly step: number
  readonly steps: number
  readonly epoch: number
  readonly source: string
  readonly loss: number
  readonly gradientNorm: number
  readonly learningRate: number
  readonly textsPerSecond: number
  readonly secondsLeft: number
}

/** What one evaluation during a run found. */
export interface EvaluationReport {
  readonly step: number
  readonly scores: Scores
  readonly isBest: boolean
}

/** What a run that is done has made. */
export interface TrainReport {
  readonly output: string
  /** Steps done in all. */
  readonly steps: number
  /** The step the saved model is from: the best evaluation's, else the last. */
  readonly modelStep: number
  readonly evaluations: readonly EvaluationReport[]
  readonly seconds: number
  /** Whether `patience` ended it. */
  readonly stoppedEarly: boolean
}
