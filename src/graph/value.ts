import type { Shape } from './dim.ts'
import type { Graph } from './graph.ts'

/** Element types of the tensors in a graph. */
export const DATA_TYPES = [
  'float32',
  'float16',
  'bfloat16',
  'float64',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
] as const
export type DataType = (typeof DATA_TYPES)[number]

/** What is known of a tensor before the graph runs. */
export interface TensorType {
  readonly type: DataType
  readonly shape: Shape
  /** For a short int64 vector that holds sizes: the sizes, so that later shapes can be inferred. */
  readonly content?: Shape
}

/** A tensor flowing through one graph: an input, an initializer or what a node gives. */
export interface Value extends TensorType {
  readonly graph: Graph
  /** Unique in its graph. */
  readonly name: string
}
