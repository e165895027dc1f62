import { GraphError } from '../errors/index.ts'
import type { Dim, Shape } from './dim.ts'
import type { Graph } from './graph.ts'
import { int64Bytes, literalBytes } from './literal.ts'
import type { Attributes } from './operator.ts'
import type { OperatorName } from './operators/index.ts'
import type { DataType, TensorType, Value } from './value.ts'

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

/** One number as a tensor without axes. Default float32. */
export function scalar(graph: Graph, value: number, type: DataType = 'float32'): Value {
  return graph.initializer('scalar', { type, shape: [] }, { bytes: literalBytes(type, [value]) })
}

/** A float32 vector [values.length]. */
export function numbers(graph: Graph, values: readonly number[]): Value {
  const type = { type: 'float32', shape: [values.length] } as const
  return graph.initializer('numbers', type, { bytes: literalBytes('float32', values) })
}

/** An int64 vector [values.length]. */
export function integers(graph: Graph, values: readonly number[]): Value {
  const type = { type: 'int64', shape: [values.length], content: values } as const
  return graph.initializer('integers', type, { bytes: int64Bytes(values) })
}

/** The sizes `shape` as an int64 vector: constant where all are numbers, else read at run time. */
export function sizes(graph: Graph, shape: Shape): Value {
  if (shape.every((dim) => typeof dim === 'number')) return integers(graph, shape)
  const parts = shape.map((dim) => graph.dimension(dim))
  return parts.length === 1 && parts[0] ? parts[0] : single('Concat', parts, { axis: 0 })
}

type Operand = Value | number

/** A number becomes a scalar of the other operand's element type. */
function binary(name: OperatorName, a: Operand, b: Operand): Value {
  if (typeof a !== 'number') {
    return single(name, [a, typeof b === 'number' ? scalar(a.graph, b, a.type) : b])
  }
  if (typeof b !== 'number') return single(name, [scalar(b.graph, a, b.type), b])
  throw new GraphError('graph-input-missing', `${name} needs a tensor, and got two numbers`)
}

/** a + b, element by element; the smaller is broadcast, as in NumPy. */
export const add = (a: Value, b: Operand) => binary('Add', a, b)
/** a - b, element by element. */
export const subtract = (a: Operand, b: Operand) => binary('Sub', a, b)
/** a · b, element by element. */
export const multiply = (a: Value, b: Operand) => binary('Mul', a, b)
/** a / b, element by element. */
export const divide = (a: Operand, b: Operand) => binary('Div', a, b)
/** The larger of two elements. */
export const maximum = (a: Value, b: Operand) => binary('Max', a, b)
/** The smaller of two elements. */
export const minimum = (a: Value, b: Operand) => binary('Min', a, b)

/** a > b, as bool. */
export const greater = (a: Value, b: Operand) => binary('Greater', a, b)
/** a ≥ b, as bool. */
export const greaterOrEqual = (a: Value, b: Operand) => binary('GreaterOrEqual', a, b)
/** a < b, as bool. */
export const less = (a: Value, b: Operand) => binary('Less', a, b)
/** a ≤ b, as bool. */
export const lessOrEqual = (a: Value, b: Operand) => binary('LessOrEqual', a, b)
/** a = b, as bool. */
export const equal = (a: Value, b: Operand) => binary('Equal', a, b)

/** Both, of bool tensors. */
export const and = (a: Value, b: Value) => single('And', [a, b])
/** Either or both, of bool tensors. */
export const or = (a: Value, b: Value) => single('Or', [a, b])
/** The opposite of a bool tensor. */
export const not = (x: Value) => single('Not', [x])

/** `condition ? a : b`, element by element. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  const { graph } = condition
  const type = [a, b].find((operand) => typeof operand !== 'number')?.type ?? 'float32'
  const [chosen, other] = [a, b].map((operand) =>
    typeof operand === 'number' ? scalar(graph, operand, type) : operand,
  )
  return single('Where', [condition, chosen, other])
}

/** The same tensor under another name: one value can be only one output of a graph. */
export const identity = (x: Value) => single('Identity', [x])
/** -x */
export const negate = (x: Value) => single('Neg', [x])
/** |x| */
export const absolute = (x: Value) => single('Abs', [x])
/** -1, 0 or 1 */
export const sign = (x: Value) => single('Sign', [x])
/** eˣ */
export const exp = (x: Value) => single('Exp', [x])
/** The natural logarithm. */
export const log = (x: Value) => single('Log', [x])
/** 2/√π ∫₀ˣ exp(-t²) dt */
export const erf = (x: Value) => single('Erf', [x])
/** √x */
export const squareRoot = (x: Value) => single('Sqrt', [x])
/** max(0, x) */
export const relu = (x: Value) => single('Relu', [x])
/** The hyperbolic tangent. */
export const tanh = (x: Value) => single('Tanh', [x])
/** sin x, of radians */
export const sine = (x: Value) => single('Sin', [x])
/** cos x, of radians */
export const cosine = (x: Value) => single('Cos', [x])
/** 1 / (1 + e⁻ˣ) */
export const sigmoid = (x: Value) => single('Sigmoid', [x])

/** min(1, max(0, alpha·x + beta)) */
export const hardSigmoid = (x: Value, slope: { readonly alpha: number; readonly beta: number }) =>
  single('HardSigmoid', [x], { ...slope })

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

/** How `matrixProduct` reads its matrices. */
export interface ProductOptions {
  readonly transA?: boolean
  readonly transB?: boolean
  /** A factor for the product. Default 1. */
  readonly alpha?: number
}

/** alpha · a·b of two matrices, either one transposed as it is read. */
export const matrixProduct = (a: Value, b: Value, options: ProductOptions = {}) =>
  single('Gemm', [a, b], {
    transA: options.transA ? 1 : 0,
    transB: options.transB ? 1 : 0,
    alpha: options.alpha ?? 1,
  })

/** The axes in another order: axis i of the result is axis `perm[i]` of x. */
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
  const type = { type: 'int64', shape: [shape.length], content: shape } as const
  return x.graph.initializer('shape', type, { bytes: int64Bytes(target) })
}

/** Axes of size 1 added; `axes` are their numbers in the result. */
export const unsqueeze = (x: Value, ...axes: readonly number[]) =>
  single('Unsqueeze', [x, integers(x.graph, axes)])

/** Axes of size 1 taken away. */
export const squeeze = (x: Value, ...axes: readonly number[]) =>
  single('Squeeze', [x, integers(x.graph, axes)])

/** Rows of `table` [V, …] by number: indices of any shape S give [S, …]. */
export const gather = (table: Value, indices: Value, axis = 0) =>
  single('Gather', [table, indices], { axis })

/** One element along `axis` for each element of `indices`, which has as many axes as `x`. */
export const gatherElements = (x: Value, indices: Value, axis: number) =>
  single('GatherElements', [x, indices], { axis })

/** Elements `start` to `end` (exclusive) along one axis; both may be named sizes. */
export function slice(x: Value, axis: number, [start, end]: readonly [Dim, Dim]): Value {
  const { graph } = x
  const bounds = [sizes(graph, [start]), sizes(graph, [end]), integers(graph, [axis])]
  return single('Slice', [x, ...bounds])
}

/** Tensors one behind the other along an axis. */
export const concat = (parts: readonly Value[], axis: number) => single('Concat', parts, { axis })

/** Zeros before and after along one axis; `before` and `after` may be named sizes. */
export function pad(x: Value, axis: number, [before, after]: readonly [Dim, Dim]): Value {
  const none: Shape = x.shape.map(() => 0)
  const amounts = [...none.with(axis, before), ...none.with(axis, after)]
  return single('Pad', [x, sizes(x.graph, amounts)])
}

/** `data` [V, …] with rows [K, …] added at `indices` int64 [K], which may repeat. */
export const addRows = (data: Value, indices: Value, rows: Value) =>
  single('ScatterND', [data, unsqueeze(indices, 1), rows], { reduction: 'add' })

/** `data` with every element of `updates` added at its index in `indices` along `axis`. */
export const addElements = (
  data: Value,
  { indices, updates, axis }: { indices: Value; updates: Value; axis: number },
) => single('ScatterElements', [data, indices, updates], { axis, reduction: 'add' })

/** x repeated to `shape`. */
export const expand = (x: Value, shape: Shape) => single('Expand', [x, sizes(x.graph, shape)])

/** A tensor of one number; sizes may be names. */
export const full = (graph: Graph, value: number, { type, shape }: TensorType) =>
  expand(scalar(graph, value, type), shape)

/** 0, 1, … up to `size` (exclusive), int64. */
export function range(graph: Graph, size: Dim): Value {
  const limit = squeeze(graph.dimension(size), 0)
  return single('Range', [scalar(graph, 0, 'int64'), limit, scalar(graph, 1, 'int64')])
}

/** Whether each index is 0, 1, … `size` - 1: bool [S, size] for indices int64 of shape S. */
export const oneHot = (indices: Value, size: Dim) =>
  equal(unsqueeze(indices, indices.shape.length), range(indices.graph, size))

/** What becomes of the axes that a reduction folds. */
export interface ReduceOptions {
  /** Keep the folded axes with size 1. Default false. */
  readonly keep?: boolean
}

/** An operation that folds one axis or several. */
export type Reduction = (
  x: Value,
  axes: number | readonly number[],
  options?: ReduceOptions,
) => Value

function reduction(name: OperatorName): Reduction {
  return (x, axes, { keep = false } = {}) =>
    single(name, [x, integers(x.graph, [axes].flat())], { keepdims: keep ? 1 : 0 })
}

/** The sum. */
export const reduceSum = reduction('ReduceSum')
/** The arithmetic mean. */
export const reduceMean = reduction('ReduceMean')
/** The largest element. */
export const reduceMax = reduction('ReduceMax')
/** The smallest element. */
export const reduceMin = reduction('ReduceMin')
/** The Euclidean length. */
export const reduceL2 = reduction('ReduceL2')
/** log Σexp(x), computed without overflow. */
export const logSumExp = reduction('ReduceLogSumExp')

/** The index of the largest element along an axis: the first, or with `last` the last, of equals. */
export const argMax = (x: Value, axis: number, { last = false } = {}) =>
  single('ArgMax', [x], { axis, keepdims: 0, select_last_index: last ? 1 : 0 })

/** exp(x) / Σexp(x) along the last axis. */
export const softmax = (x: Value) => single('Softmax', [x], { axis: -1 })

/** x - log Σexp(x) along the last axis, computed without overflow. */
export const logSoftmax = (x: Value) => single('LogSoftmax', [x], { axis: -1 })

/** (x - mean) / √(variance + ε) · scale + bias along the last axis (Ba et al. 2016). */
export const layerNormalization = (
  x: Value,
  scale: Value,
  bias: Value | undefined,
  epsilon: number,
) => single('LayerNormalization', bias ? [x, scale, bias] : [x, scale], { axis: -1, epsilon })

/** x / √(mean(x²) + ε) · scale along the last axis in one kernel of ONNX Runtime. */
export const simplifiedLayerNormalization = (x: Value, scale: Value, epsilon: number) =>
  single('SimplifiedLayerNormalization', [x, scale], { axis: -1, epsilon })

/**
 * Components i and i + d/2 of each of `heads` heads of x [B,T,heads·d] turned by an angle of the token's
 * position, in one kernel: of which cos and sin are [T,d/2].
 */
export const rotaryEmbedding = (
  x: Value,
  { cos, sin }: { readonly cos: Value; readonly sin: Value },
  heads: number,
) => single('RotaryEmbedding', [x, integers(x.graph, [0]), cos, sin], { num_heads: heads })

/** How `multiHeadAttention` scores. */
export interface MultiHeadOptions {
  readonly heads: number
  /** What q·kᵀ is multiplied by. Default: 1/√(H/heads). */
  readonly scale?: number | undefined
  /** [1,1,T,T], added to the scores. */
  readonly bias?: Value | undefined
}

/**
 * Softmax(scale·q·kᵀ + bias)·v over `heads` heads in one kernel; q, k, v [B,T,H], mask [B,T] int32 with
 * 1 for tokens and 0 for padding. Gives [B,T,H].
 */
export function multiHeadAttention(
  [q, k, v]: readonly [Value, Value, Value],
  mask: Value,
  { heads, scale, bias }: MultiHeadOptions,
): Value {
  const inputs = [q, k, v, undefined, mask]
  return single('MultiHeadAttention', bias ? [...inputs, bias] : inputs, {
    num_heads: heads,
    // The default of -10000 is not far enough below the scores of models with large weights.
    mask_filter_value: -3.4e38,
    ...(scale === undefined ? {} : { scale }),
  })
}

/** Values of 8 bits that stand for float32: scale · (value - zeroPoint). */
export interface QuantizedTensor {
  readonly values: Value
  /** float32, a scalar or one value a column. */
  readonly scale: Value
  /** Of the values' type, a scalar. Default: 0. */
  readonly zeroPoint?: Value
}

/** round(x / scale) + zeroPoint, within the 8 bits of the zero point's type. */
export function quantize(x: Value, [scale, zeroPoint]: readonly [Value, Value]): QuantizedTensor {
  return { values: single('QuantizeLinear', [x, scale, zeroPoint]), scale, zeroPoint }
}

/**
 * a·b + bias (where there is one) for quantized a uint8 [M,K] and b int8 [K,N], summed as whole numbers:
 * float32 [M,N].
 */
export const quantizedProduct = (a: QuantizedTensor, b: QuantizedTensor, bias: Value | undefined) =>
  single('MatMulIntegerToFloat', [
    a.values,
    b.values,
    a.scale,
    b.scale,
    a.zeroPoint,
    b.zeroPoint,
    bias,
  ])
