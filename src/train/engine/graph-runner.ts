import { InputError } from '../../errors/index.ts'
import type { Dim } from '../../graph/index.ts'
import {
  createLocalSession,
  type LocalSession,
  type LocalSessionOptions,
  type Tensor,
} from '../../runtime/index.ts'
import type { DropoutInput } from '../training-graph-builder.ts'
import {
  type EngineGraph,
  type NamedTensors,
  type StepProgram,
  TRAINING_NAMES,
} from './messages.ts'

/** What a graph needs beside a batch's own inputs, and where its gradients go. */
export interface GraphEnvironment {
  /** The weight of this name as it is now. */
  weight(name: string): Float32Array
  /** Where its gradient is to be written. */
  gradient(name: string): Float32Array
  /** Takes the gradient of a table that rows were picked from. */
  takeRows(name: string, rows: BigInt64Array, values: Float32Array): void
  /** Which elements are kept (1) and dropped (0) by one dropout of the model, by its index. */
  mask(dropout: number, rate: number, length: number): Uint8Array
}

/** One differentiated graph: weights go in with a batch, gradients come out. */
export class GraphRunner {
  readonly #graph: EngineGraph
  readonly #session: LocalSession

  private constructor(graph: EngineGraph, session: LocalSession) {
    this.#graph = graph
    this.#session = session
    this.gradients = new Set(graph.gradients.map(({ name }) => name))
  }

  static async create(graph: EngineGraph, options: LocalSessionOptions): Promise<GraphRunner> {
    return new GraphRunner(graph, await createLocalSession(graph.model, options))
  }

  /** Names of the weights whose gradients it gives. */
  readonly gradients: ReadonlySet<string>

  /** What a user should know of the runtime. */
  get warnings(): readonly string[] {
    return this.#session.warnings
  }

  get hasGradients(): boolean {
    return this.gradients.size > 0
  }

  /** Runs the graph, hands over its gradients and gives the outputs asked for. */
  async run(
    inputs: NamedTensors,
    outputs: readonly string[],
    environment: GraphEnvironment,
  ): Promise<Readonly<Record<string, Tensor>>> {
    const { dropouts, weights, gradients, targets } = this.#graph
    requireTargets(targets, inputs)
    const given = { ...inputs, ...weightInputs(weights, environment) }
    const masks = maskInputs(dropouts, inputs, environment)
    const sparse = gradients.filter((gradient) => gradient.sparse)
    const rows = sparse.flatMap(({ name }) => [
      TRAINING_NAMES.gradient(name),
      TRAINING_NAMES.gradientRows(name),
    ])
    const dense = gradients.filter((gradient) => !gradient.sparse)
    const results = await this.#session.run(
      { ...given, ...masks },
      [...outputs, ...rows],
      Object.fromEntries(
        dense.map(({ name, shape }): [string, Tensor] => [
          TRAINING_NAMES.gradient(name),
          { type: 'float32', dims: shape, data: environment.gradient(name) },
        ]),
      ),
    )
    for (const { name } of sparse) takeRows(name, results, environment)
    return results
  }
}

/** @throws InputError when a batch lacks what the loss compares with, or has it in another shape. */
function requireTargets(targets: EngineGraph['targets'], inputs: NamedTensors): void {
  for (const { name, shape } of targets) {
    const dims = inputs[TRAINING_NAMES.target(name)]?.dims
    const fits = (dim: Dim, axis: number) => typeof dim !== 'number' || dim === dims?.[axis]
    if (dims?.length === shape.length && shape.every(fits)) continue
    throw new InputError(
      'train-target',
      `the loss compares with the target ${name} [${shape.join(', ')}], but the source gives ` +
        `${dims ? `[${dims.join(', ')}]` : 'none of this name'}; give it by the source's targets, or ` +
        'let distil ask a teacher for it',
      { facts: { name, expected: shape, found: dims } },
    )
  }
}

function weightInputs(
  weights: EngineGraph['weights'],
  environment: GraphEnvironment,
): NamedTensors {
  return Object.fromEntries(
    weights.map(({ name, shape }): [string, Tensor] => [
      name,
      { type: 'float32', dims: shape, data: environment.weight(name) },
    ]),
  )
}

function maskInputs(
  dropouts: readonly DropoutInput[],
  inputs: NamedTensors,
  environment: GraphEnvironment,
): NamedTensors {
  const [rows = 0, tokens = 0] = inputs.input_ids?.dims ?? []
  const sizes: Readonly<Record<string, number>> = { B: rows, T: tokens, 'B*T': rows * tokens }
  const sizeOf = (dim: Dim) => (typeof dim === 'number' ? dim : (sizes[dim] ?? 0))
  return Object.fromEntries(
    dropouts.map(({ name, shape, rate }, index): [string, Tensor] => {
      const dims = shape.map(sizeOf)
      const length = dims.reduce((product, dim) => product * dim, 1)
      return [name, { type: 'uint8', dims, data: environment.mask(index, rate, length) }]
    }),
  )
}

function takeRows(
  name: string,
  results: Readonly<Record<string, Tensor>>,
  environment: GraphEnvironment,
): void {
  const values = results[TRAINING_NAMES.gradient(name)]
  const rows = results[TRAINING_NAMES.gradientRows(name)]
  if (values?.type === 'float32' && rows?.type === 'int64') {
    environment.takeRows(name, rows.data, values.data)
  }
}

/** A program whose graphs are open and can run. */
export type Program = StepProgram<GraphRunner>

export async function openProgram(
  program: StepProgram,
  options: LocalSessionOptions,
): Promise<Program> {
  if (program.kind === 'whole') {
    return { kind: 'whole', graph: await GraphRunner.create(program.graph, options) }
  }
  return {
    kind: 'cached',
    embed: await GraphRunner.create(program.embed, options),
    loss: await GraphRunner.create(program.loss, options),
    encoder: await GraphRunner.create(program.encoder, options),
  }
}
