import { CheckpointError } from '../errors/index.ts'
import type { Graph, Value } from '../graph/index.ts'
import { cast } from '../graph/operations.ts'
import { isNumberType, type Weight, type WeightMap } from './weight.ts'

/**
 * How a stored weight becomes a value of the graph that is being built: a part of the graph for
 * inference, an input for what training changes. `name` is unique in the model.
 */
export type WeightSource = (weight: Weight, name: string) => Value

/** Weights as parts of the graph, in the element type they are stored in; no byte is read. */
export function storedWeights(graph: Graph): WeightSource {
  return ({ type, shape, data }, name) => {
    if (isNumberType(type)) return graph.initializer(name, { type, shape }, data)
    throw new CheckpointError(
      'checkpoint-weight-type',
      `weight ${name} holds ${type}; expected floating-point numbers, not a quantized model`,
      { facts: { name, type } },
    )
  }
}

/** Looks weights up by their full name, prefix by prefix. */
export class Weights {
  readonly #source: WeightSource
  readonly #map: WeightMap
  readonly #prefix: string

  constructor(source: WeightSource, map: WeightMap, prefix = '') {
    this.#source = source
    this.#map = map
    this.#prefix = prefix
  }

  /** What stands before the names of these weights, with a dot at its end. */
  get prefix(): string {
    return this.#prefix
  }

  /** The weights below `name`: `weights.at('encoder.layer.0')`. */
  at(name: string): Weights {
    return new Weights(this.#source, this.#map, `${this.#prefix}${name}.`)
  }

  /** The weight `name` as a float32 value, or undefined where the model has none. */
  optional(name: string): Value | undefined {
    return this.has(name) ? this.value(name) : undefined
  }

  has(name: string): boolean {
    return this.#map.has(`${this.#prefix}${name}`)
  }

  /** The weight `name` as a float32 value. */
  value(name: string): Value {
    return cast(this.stored(name), 'float32')
  }

  /** The weight `name` in the element type it is stored in. */
  stored(name: string): Value {
    const full = `${this.#prefix}${name}`
    const weight = this.#map.get(full)
    if (weight) return this.#source(weight, full)
    throw new CheckpointError(
      'checkpoint-weight-missing',
      `the model needs the weight ${full}, which its folder does not hold`,
      { facts: { name: full } },
    )
  }
}
