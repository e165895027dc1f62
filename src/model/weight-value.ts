import type { Weight, WeightMap } from '../checkpoint/index.ts'
import { CheckpointError } from '../errors/index.ts'
import type { DataType, Graph, Value } from '../graph/index.ts'
import { cast } from '../graph/operations.ts'

/** Element types a weight may be stored in; all are computed with as float32. */
const FLOATING: readonly DataType[] = ['float32', 'float16', 'bfloat16', 'float64']

/** A stored weight as a value of the graph, in the element type it is stored in; no byte is read. */
export function storedWeight(graph: Graph, { name, type, shape, data }: Weight): Value {
  if (FLOATING.includes(type)) return graph.initializer(name, { type, shape }, data)
  throw new CheckpointError(
    'checkpoint-weight-type',
    `weight ${name} holds ${type}; expected one of ${FLOATING.join(', ')}`,
    { facts: { name, type } },
  )
}

/** A stored weight as a float32 value. */
export function weightValue(graph: Graph, weight: Weight): Value {
  return cast(storedWeight(graph, weight), 'float32')
}

/** Looks weights up by their full name, prefix by prefix. */
export class Weights {
  readonly #graph: Graph
  readonly #map: WeightMap
  readonly #prefix: string

  constructor(graph: Graph, map: WeightMap, prefix = '') {
    this.#graph = graph
    this.#map = map
    this.#prefix = prefix
  }

  /** The weights below `name`: `weights.at('encoder.layer.0')`. */
  at(name: string): Weights {
    return new Weights(this.#graph, this.#map, `${this.#prefix}${name}.`)
  }

  /** The weight `name` as a float32 value. */
  value(name: string): Value {
    return cast(this.stored(name), 'float32')
  }

  /** The weight `name` in the element type it is stored in. */
  stored(name: string): Value {
    const weight = this.#map.get(`${this.#prefix}${name}`)
    if (weight) return storedWeight(this.#graph, weight)
    throw new CheckpointError(
      'checkpoint-weight-missing',
      `the model needs the weight ${this.#prefix}${name}, which its folder does not hold`,
      { facts: { name: `${this.#prefix}${name}` } },
    )
  }
}
