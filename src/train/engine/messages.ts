import type { Checkpoint, SaveType } from '../../checkpoint/index.ts'
import type { Backend, PlacedModel, Tensor } from '../../runtime/index.ts'
import type { OptimizerOptions } from '../optimizer-settings.ts'
import type {
  DropoutInput,
  GradientOutput,
  TargetInput,
  WeightInput,
} from '../training-graph-builder.ts'

/** Names of the inputs and outputs that training adds to those of the model. */
export const TRAINING_NAMES = {
  /** A scalar. */
  loss: 'loss',
  /** [B,D]; an input of the graph of the loss alone. */
  embeddings: 'embeddings',
  /** [B,D]: the gradient of the loss with respect to the embeddings. */
  upstream: 'upstream',
  /** [P] int64: which of the unique texts stand in a text column. */
  rows: (column: number) => `rows.${column}`,
  target: (name: string) => `target.${name}`,
  gradient: (parameter: string) => `gradient.${parameter}`,
  /** [K] int64, beside the gradient [K,H] of a sparse parameter. */
  gradientRows: (parameter: string) => `gradient-rows.${parameter}`,
} as const

/** A differentiated graph, as the engine's thread runs it. */
export interface EngineGraph {
  readonly model: PlacedModel
  readonly weights: readonly WeightInput[]
  readonly gradients: readonly GradientOutput[]
  readonly dropouts: readonly DropoutInput[]
  readonly targets: readonly TargetInput[]
}

/** How the steps of one kind of batch are computed: at once, or with cached embeddings. */
export type StepProgram<Graph = EngineGraph> =
  | { readonly kind: 'whole'; readonly graph: Graph }
  | {
      readonly kind: 'cached'
      readonly embed: Graph
      readonly loss: Graph
      readonly encoder: Graph
    }

/** What the engine's thread needs to start. */
export interface EngineStart {
  readonly programs: readonly StepProgram[]
  readonly optimizer: OptimizerOptions
  /** Whether steps have several batches, or batches several parts. */
  readonly accumulates: boolean
  readonly seed: number
  readonly threads: number
  readonly backend: Backend | undefined
  /** A saved state to go on from. */
  readonly state: string | undefined
}

export type NamedTensors = Readonly<Record<string, Tensor>>

/** The inputs of one batch. */
export interface BatchInputs {
  /** Index of the program it is made for. */
  readonly program: number
  /** Of the encoder; several for a cached batch, or one. */
  readonly texts: readonly NamedTensors[]
  /** Of the loss: which text stands where, and targets. */
  readonly loss: NamedTensors
}

/** One step of the optimizer, over one batch or several whose gradients are averaged. */
export interface StepRequest {
  /** The step's number, from 0. */
  readonly step: number
  readonly batches: readonly BatchInputs[]
  /** The schedule's factor on every learning rate. */
  readonly rateFactor: number
}

/** What one step of the optimizer measured. */
export interface StepResult {
  /** Mean over the batches. */
  readonly loss: number
  /** Of all gradients together, before clipping. */
  readonly gradientNorm: number
  /** 1 - the mean cosine between different texts of the batch; near 0, embeddings have collapsed. */
  readonly spread: number
}

export interface SaveModelRequest {
  readonly folder: string
  /** The model that is trained: all but the weights. */
  readonly checkpoint: Checkpoint
  readonly type: SaveType
}

/** What is requested of the engine's thread: to start, once and first; then the others, in order. */
export interface EngineMethods {
  /** Opens all graphs; gives what a user should know of the runtime. */
  start(start: EngineStart): readonly string[]
  step(request: StepRequest): StepResult
  /** Writes all that the next step depends on to a file. */
  saveState(path: string): void
  /** Writes a model folder with the weights as they are now (their moving average, where one is kept). */
  saveModel(request: SaveModelRequest): void
}
