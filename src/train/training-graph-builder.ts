import type { Checkpoint, Weight } from '../checkpoint/index.ts'
import { InputError } from '../errors/index.ts'
import { differentiate, type Gradient, Graph, type Shape, type Value } from '../graph/index.ts'
import { addRows, cast, full, gather, multiply, reshape } from '../graph/operations.ts'
import {
  type Dropout,
  type DropoutKind,
  type SentenceModel,
  sentenceModel,
  storedWeights,
} from '../model/index.ts'
import { TRAINING_NAMES } from './engine/messages.ts'
import type { Loss, LossContext } from './losses/index.ts'

/** A weight that training may change: an input of the graph. */
export interface WeightInput {
  readonly name: string
  readonly shape: readonly number[]
  /** Its stored numbers; none for a weight of the loss itself, which starts at random. */
  readonly stored: Weight | undefined
}

/** The gradient of a weight: an output of the graph. */
export interface GradientOutput {
  readonly name: string
  readonly shape: readonly number[]
  /** Whether it comes as the rows of a table that were used, with their indices. */
  readonly sparse: boolean
}

/** A tensor that the loss compares with, given with every batch: float32. */
export interface TargetInput {
  readonly name: string
  /** Beginning with `P`, examples, or with `B` and `T`, unique texts and their tokens. */
  readonly shape: Shape
}

export interface TrainingGraphOptions {
  readonly checkpoint: Checkpoint
  readonly loss: Loss
  /** Text columns of the data set. */
  readonly columns: number
  readonly dropout: DropoutRates
  /** Whether the weight of this name is trained; others stay as they are stored. */
  readonly isTrained: (name: string) => boolean
}

/** Puts model, loss and gradients into one graph and notes what must be given to it. */
export class TrainingGraphBuilder {
  readonly graph = new Graph()
  readonly targets: TargetInput[] = []
  readonly dropouts: DropoutInput[] = []
  readonly weights: WeightInput[] = []
  readonly gradients: GradientOutput[] = []
  readonly #options: TrainingGraphOptions
  readonly #inputs = new Map<string, Value>()
  readonly #targetValues = new Map<string, Value>()

  constructor(options: TrainingGraphOptions) {
    this.#options = options
  }

  model(): SentenceModel {
    const { graph, dropouts } = this
    const { checkpoint, isTrained, dropout } = this.#options
    const frozen = storedWeights(graph)
    return sentenceModel(checkpoint, {
      graph,
      operators: 'standard',
      segments: checkpoint.crossEncoder?.segments ?? false,
      source: (weight, name) =>
        isTrained(name) ? this.#parameter(name, weight.shape, weight) : frozen(weight, name),
      dropout: dropoutInputs(graph, dropout, dropouts),
    })
  }

  /**
   * @param embeddings [B,D]
   * @param model what made them, for losses that look inside it
   */
  loss(embeddings: Value, model: SentenceModel | undefined): Value {
    const { loss, columns } = this.#options
    const { graph } = this
    const rows = Array.from({ length: columns }, (_, column) =>
      graph.input(TRAINING_NAMES.rows(column), 'int64', ['P']),
    )
    const context: LossContext = {
      graph,
      columns: rows.map((indices) => gather(embeddings, indices)),
      target: (name, shape) => this.#target(name, ['P', ...shape]),
      vectorTarget: (name) => this.#target(name, ['P', ...embeddings.shape.slice(1)]),
      parameter: (name, shape) => this.#parameter(`loss.${name}`, shape, undefined),
      get tokens() {
        return tokens()
      },
    }
    const tokens = () => this.#tokens(model)
    return loss.build(context)
  }

  /** Adds the gradient of every parameter as an output; gives those of `others`. */
  differentiate(loss: Value, others: readonly Value[] = []): readonly Value[] {
    const gradients = differentiate(loss, [...this.#inputs.values(), ...others])
    for (const [name, value] of this.#inputs) {
      const gradient = gradients.get(value)
      if (!gradient) continue
      const sparse = gradient.kind === 'rows'
      this.graph.output(TRAINING_NAMES.gradient(name), sparse ? gradient.rows : gradient.value)
      if (sparse) this.graph.output(TRAINING_NAMES.gradientRows(name), gradient.indices)
      this.gradients.push({ name, shape: value.shape.map(Number), sparse })
    }
    return others.flatMap((value) => {
      const gradient = gradients.get(value)
      return gradient ? [denseGradient(value, gradient)] : []
    })
  }

  #parameter(name: string, shape: readonly number[], stored: Weight | undefined): Value {
    const known = this.#inputs.get(name)
    if (known) return known
    const value = this.graph.input(name, 'float32', shape)
    this.#inputs.set(name, value)
    this.weights.push({ name, shape, stored })
    return value
  }

  #target(name: string, shape: Shape): Value {
    const known = this.#targetValues.get(name)
    if (known) return known
    const value = this.graph.input(TRAINING_NAMES.target(name), 'float32', shape)
    this.#targetValues.set(name, value)
    this.targets.push({ name, shape })
    return value
  }

  #tokens(model: SentenceModel | undefined): LossContext['tokens'] {
    const { loss, checkpoint } = this.#options
    if (!model) {
      throw new InputError(
        'train-cached-tokens',
        `the loss ${loss.name} looks inside the encoder, which a cached batch does not keep; ` +
          'remove cachedTexts',
        { facts: { loss: loss.name } },
      )
    }
    const { hiddenSize } = checkpoint.config
    const batched = (rows: Value) => reshape(rows, ['B', 'T', hiddenSize])
    return {
      mask: model.mask,
      hiddenStates: model.hiddenStates.map(batched),
      queries: model.queries,
      keys: model.keys,
      values: model.values,
      target: (name, size) => this.#target(name, ['B', 'T', size]),
    }
  }
}

function denseGradient(value: Value, gradient: Gradient): Value {
  if (gradient.kind === 'dense') return gradient.value
  return addRows(full(value.graph, 0, value), gradient.indices, gradient.rows)
}

/** The share of elements that training drops; 0 drops none. */
export type DropoutRates = Readonly<Record<DropoutKind, number>>

/** A mask given with every batch: uint8, 1 for an element that is kept and 0 for one dropped. */
export interface DropoutInput {
  readonly name: string
  readonly shape: Shape
  readonly rate: number
}

/**
 * Inverted dropout, x·mask/(1 - rate) (Srivastava et al. 2014), with masks as inputs: what is dropped
 * then depends on the seed and the step alone, and a run that is resumed drops the same.
 * @param inputs is added the masks the graph asks for
 */
export function dropoutInputs(graph: Graph, rates: DropoutRates, inputs: DropoutInput[]): Dropout {
  return (x, kind) => {
    const rate = rates[kind]
    if (rate === 0) return x
    const name = `dropout.${inputs.length}`
    inputs.push({ name, shape: x.shape, rate })
    const mask = graph.input(name, 'uint8', x.shape)
    return multiply(x, multiply(cast(mask, 'float32'), 1 / (1 - rate)))
  }
}
