import { GraphError } from '../errors/index.ts'
import type { Dim, Shape } from './dim.ts'
import type { Graph } from './graph.ts'
import type { Attributes } from './operator.ts'
import type { OperatorName } from './operators/index.ts'
import type { DataType, Value } from './value.ts'

/**
 * The operators as functions on values, so that a model reads like its formulas. Each adds one node
 * (or, where said, a few) to the graph its arguments belong to. Semantics: the ONNX operator of the
 * same name.
 */

function single(
  name: OperatorName,
  inputs: readonly (Value | undefined)[],
  attributes?: Attributes,
) {
  const graph = inputs.find((input) => input !== undefined)?.graph
  const [output] = graph?.apply(name, inputs, attributes) ?? []
  if (output) return output
  throw new GraphError('graph-input-missing', `${name} needs at least one input`)
}

/** A float32 scalar. */
export function scalar(graph: Graph, value: number): Value {
  const bytes = new Uint8Array(Float32Array.of(value).buffer)
  return graph.initializer('scalar', { type: 'float32', shape: [] }, { bytes })
}

/** An int64 scalar. */
export function integer(graph: Graph, value: number): Value {
  const bytes = new Uint8Array(BigInt64Array.of(BigInt(value)).buffer)
  return graph.initializer('integer', { type: 'int64', shape: [] }, { bytes })
}

/** An int64 vector [values.length]. */
export function integers(graph: Graph, values: readonly number[]): Value {
  const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer)
  const type = { type: 'int64', shape: [values.length], content: values } as const
  return graph.initializer('integers', type, { bytes })
}

/** The sizes `shape` as an int64 vector: constant where all are numbers, else read at run time. */
export function sizes(graph: Graph, shape: Shape): Value {
  if (shape.every((dim) => typeof dim === 'number')) return integers(graph, shape)
  const parts = shape.map((dim) =>
    typeof dim === 'number' ? integers(graph, [dim]) : graph.dimension(dim),
  )
  return single('Concat', parts, { axis: 0 })
}

type Operand = Value | number

function operand(graph: Graph, value: Operand): Value {
  return typeof value === 'number' ? scalar(graph, value) : value
}

export const add = (a: Value, b: Operand) => single('Add', [a, operand(a.graph, b)])
export const subtract = (a: Operand, b: Value) => single('Sub', [operand(b.graph, a), b])
export const multiply = (a: Value, b: Operand) => single('Mul', [a, operand(a.graph, b)])
export const divide = (a: Value, b: Operand) => single('Div', [a, operand(a.graph, b)])
export const maximum = (a: Value, b: Operand) => single('Max', [a, operand(a.graph, b)])
export const greater = (a: Value, b: Operand) => single('Greater', [a, operand(a.graph, b)])

/** `condition ? a : b`, element by element. */
export const where = (condition: Value, a: Value, b: Operand) =>
  single('Where', [condition, a, operand(a.graph, b)])

export const squareRoot = (x: Value) => single('Sqrt', [x])
export const relu = (x: Value) => single('Relu', [x])
export const tanh = (x: Value) => single('Tanh', [x])
export const sigmoid = (x: Value) => single('Sigmoid', [x])

/**
 * Gaussian error linear unit x·Φ(x) (Hendrycks & Gimpel 2016): exact by the error function, or by
 * the tanh approximation 0.5x(1 + tanh(√(2/π)(x + 0.044715x³))).
 */
export const gelu = (x: Value, approximate: 'none' | 'tanh') => single('Gelu', [x], { approximate })

/** The same numbers in another element type; nothing is added where the type is right already. */
export const cast = (x: Value, to: DataType) => (x.type === to ? x : single('Cast', [x], { to }))

/** a·b over the last two axes, broadcasting the others. */
export const matMul = (a: Value, b: Value) => single('MatMul', [a, b])

/** x·Wᵀ + b for rows x [N,I], W [O,I], b [O]: the linear layer as PyTorch stores it. Gives [N,O]. */
export const linear = (x: Value, weight: Value, bias: Value | undefined) =>
  single('Gemm', [x, weight, bias], { transB: 1 })

export const transpose = (x: Value, perm: readonly number[]) => single('Transpose', [x], { perm })

/** The same elements, in the same order, in another shape; sizes may be names. */
export function reshape(x: Value, shape: Shape): Value {
  return single('Reshape', [x, reshapeTarget(x, shape)])
}

/** ONNX lets one size be derived (-1) and sizes be copied from the same axis (0). */
function reshapeTarget(x: Value, shape: Shape): Value {
  const copied = shape.map((dim, axis) => (dim === x.shape[axis] && dim !== 0 ? 0 : dim))
  const unknown = copied.filter((dim) => typeof dim === 'string')
  if (unknown.length > 1) return sizes(x.graph, shape)
  const target = copied.map((dim) => (typeof dim === 'string' ? -1 : dim))
  const bytes = new Uint8Array(BigInt64Array.from(target, BigInt).buffer)
  const type = { type: 'int64', shape: [shape.length], content: shape } as const
  return x.graph.initializer('shape', type, { bytes })
}

export const unsqueeze = (x: Value, ...axes: readonly number[]) =>
  single('Unsqueeze', [x, integers(x.graph, axes)])

/** Rows of `table` [V, …] by number: indices of any shape S give [S, …]. */
export const gather = (table: Value, indices: Value, axis = 0) =>
  single('Gather', [table, indices], { axis })

/** One element along `axis` for each element of `indices`, which has as many axes as `x`. */
export const gatherElements = (x: Value, indices: Value, axis: number) =>
  single('GatherElements', [x, indices], { axis })

/** Elements `start` to `end` (exclusive) along one axis; `end` may be a named size. */
export function slice(x: Value, axis: number, [start, end]: readonly [number, Dim]): Value {
  const { graph } = x
  const bounds = [integers(graph, [start]), sizes(graph, [end]), integers(graph, [axis])]
  return single('Slice', [x, ...bounds])
}

export const concat = (parts: readonly Value[], axis: number) => single('Concat', parts, { axis })

/** x repeated to `shape`. */
export const expand = (x: Value, shape: Shape) => single('Expand', [x, sizes(x.graph, shape)])

/** 0, 1, … up to the size called `symbol` (exclusive), int64. */
export function range(graph: Graph, symbol: string): Value {
  const limit = single('Squeeze', [graph.dimension(symbol), integers(graph, [0])])
  return single('Range', [integer(graph, 0), limit, integer(graph, 1)])
}

export interface ReduceOptions {
  /** Keep the folded axis with size 1. Default false. */
  readonly keep?: boolean
}

export const reduceSum = (x: Value, axis: number, { keep = false }: ReduceOptions = {}) =>
  single('ReduceSum', [x, integers(x.graph, [axis])], { keepdims: keep ? 1 : 0 })
export const reduceMax = (x: Value, axis: number, { keep = false }: ReduceOptions = {}) =>
  single('ReduceMax', [x, integers(x.graph, [axis])], { keepdims: keep ? 1 : 0 })

/** The Euclidean length along an axis. */
export const reduceL2 = (x: Value, axis: number, { keep = false }: ReduceOptions = {}) =>
  single('ReduceL2', [x, integers(x.graph, [axis])], { keepdims: keep ? 1 : 0 })

/** The place of the largest element along an axis: the first, or with `last` the last, of equals. */
export const argMax = (x: Value, axis: number, { last = false } = {}) =>
  single('ArgMax', [x], { axis, keepdims: 0, select_last_index: last ? 1 : 0 })

/** exp(x) / Σexp(x) along the last axis. */
export const softmax = (x: Value) => single('Softmax', [x], { axis: -1 })

/** (x - mean) / √(variance + ε) · scale + bias along the last axis (Ba et al. 2016). */
export const layerNormalization = (x: Value, scale: Value, bias: Value, epsilon: number) =>
  single('LayerNormalization', [x, scale, bias], { axis: -1, epsilon })

/**
 * Softmax(q·kᵀ/√(H/heads))·v over `heads` heads in one kernel; q, k, v [B,T,H], mask [B,T] int32 with
 * 1 for pieces and 0 for padding. Gives [B,T,H].
 */
export const multiHeadAttention = (
  [q, k, v]: readonly [Value, Value, Value],
  mask: Value,
  heads: number,
) =>
  single('MultiHeadAttention', [q, k, v, undefined, mask], {
    num_heads: heads,
    // The default of -10000 is not far enough below the scores of models with large weights.
    mask_filter_value: -3.4e38,
  })
