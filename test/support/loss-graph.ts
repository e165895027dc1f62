import {
  type DataType,
  differentiate,
  Graph,
  type Shape,
  type Value,
} from '../../src/graph/index.ts'
import { full, identity } from '../../src/graph/operations.ts'
import type { Loss, LossContext, TokenContext } from '../../src/train/losses/index.ts'
import { type GraphInput, runGraph } from './run-graph.ts'

/** A float32 tensor, row-major. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

/**
 * All that a loss is given, by name: `column.0` …, `hidden_states.0` …, its parameters; targets.
 */
export interface LossCase {
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly targets: Readonly<Record<string, Tensor>>
  /** [R,T] for losses that look inside the encoder. */
  readonly mask?: Tensor
}

export interface LossResult {
  readonly loss: number
  /** By input; zeros where the loss does not depend on it. */
  readonly gradients: Readonly<Record<string, readonly number[]>>
}

/** The loss and its gradient with respect to every input, computed by the runtime. */
export async function runLoss(loss: Loss, given: LossCase): Promise<LossResult> {
  const context = new GivenContext(given)
  const { graph, values } = context
  const result = loss.build(context)
  graph.output('loss', identity(result))
  const wanted = [...values].filter(([name]) => name in given.inputs)
  const gradients = differentiate(
    result,
    wanted.map(([, value]) => value),
  )
  for (const [name, value] of wanted) {
    const gradient = gradients.get(value)
    const dense = gradient?.kind === 'dense' ? identity(gradient.value) : full(graph, 0, value)
    graph.output(`gradient.${name}`, dense)
  }
  const outputs = await runGraph(graph, feeds(given, graph))
  return {
    loss: outputs.loss?.data[0] ?? Number.NaN,
    gradients: Object.fromEntries(
      wanted.map(([name]) => [name, outputs[`gradient.${name}`]?.data ?? []]),
    ),
  }
}

/** What the graph asks for, of all that is given. */
function feeds({ inputs, targets, mask }: LossCase, graph: Graph): Record<string, GraphInput> {
  const tensors: Readonly<Record<string, Tensor>> = {
    ...inputs,
    ...prefixed('target.', targets),
    ...(mask ? { mask } : {}),
  }
  return Object.fromEntries(
    graph.inputs.flatMap(({ name, type }) => {
      const tensor = tensors[name]
      return tensor ? [[name, { type, dims: tensor.shape, data: tensor.data }] as const] : []
    }),
  )
}

const prefixed = (prefix: string, tensors: Readonly<Record<string, Tensor>>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]))

/**
 * Columns, states and parameters as inputs of the graph; sizes that vary are names, as in training.
 */
class GivenContext implements LossContext {
  readonly graph = new Graph()
  readonly values = new Map<string, Value>()
  readonly columns: readonly Value[]
  readonly #given: LossCase

  constructor(given: LossCase) {
    this.#given = given
    this.columns = this.#numbered('column', ['P'])
  }

  target(name: string, shape: readonly number[]): Value {
    return this.#input(`target.${name}`, ['P', ...shape])
  }

  vectorTarget(name: string): Value {
    return this.#input(`target.${name}`, this.columns[0]?.shape ?? [])
  }

  parameter(name: string, shape: readonly number[]): Value {
    return this.#input(name, shape)
  }

  get tokens(): TokenContext {
    return {
      mask: this.#input('mask', ['B', 'T'], 'int64'),
      hiddenStates: this.#numbered('hidden_states', ['B', 'T']),
      queries: this.#numbered('queries', ['B*T']),
      keys: this.#numbered('keys', ['B*T']),
      values: this.#numbered('values', ['B*T']),
      target: (name, size) => this.#input(`target.${name}`, ['B', 'T', size]),
    }
  }

  /** The given inputs `prefix.0`, `prefix.1` …, their first axes called by name. */
  #numbered(prefix: string, names: readonly string[]): readonly Value[] {
    const pattern = new RegExp(`^${prefix}\\.\\d+$`)
    return Object.entries(this.#given.inputs)
      .filter(([name]) => pattern.test(name))
      .map(([name, { shape }]) => this.#input(name, [...names, ...shape.slice(names.length)]))
  }

  #input(name: string, shape: Shape, type: DataType = 'float32'): Value {
    const value = this.values.get(name) ?? this.graph.input(name, type, shape)
    this.values.set(name, value)
    return value
  }
}
