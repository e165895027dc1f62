import { type Attributes, onnxOperator } from '../operator.ts'
import type { TensorType } from '../value.ts'
import { type Inputs, knownIntegers, numberAttribute, positiveAxis, required } from './inference.ts'

/** Operators that fold one or several axes, and those that normalise along one. */

function reduce(inputs: Inputs, attributes: Attributes): TensorType[] {
  const { type, shape } = required(inputs, 0)
  const axes = knownIntegers(required(inputs, 1), 'a reduction')
  const folded = new Set(axes.map((axis) => positiveAxis(axis, shape.length)))
  const keep = numberAttribute(attributes, 'keepdims', 1) === 1
  const kept = shape.map((dim, axis) => (folded.has(axis) ? 1 : dim))
  return [{ type, shape: keep ? kept : kept.filter((_, axis) => !folded.has(axis)) }]
}

function sameAsInput(inputs: Inputs): TensorType[] {
  const { type, shape } = required(inputs, 0)
  return [{ type, shape }]
}

/** Normalised along the last axis; then the mean and 1/√(variance + ε) that were used: […,1]. */
function layerNormalization(inputs: Inputs): TensorType[] {
  const { type, shape } = required(inputs, 0)
  const statistic = { type, shape: shape.with(-1, 1) }
  return [{ type, shape }, statistic, statistic]
}

function argument(inputs: Inputs, attributes: Attributes): TensorType[] {
  const { shape } = required(inputs, 0)
  const folded = positiveAxis(numberAttribute(attributes, 'axis', 0), shape.length)
  const keep = numberAttribute(attributes, 'keepdims', 1) === 1
  return [{ type: 'int64', shape: keep ? shape.with(folded, 1) : shape.toSpliced(folded, 1) }]
}

export const REDUCE = {
  ReduceSum: onnxOperator(13, reduce, { keepdims: 'int' }),
  ReduceMean: onnxOperator(18, reduce, { keepdims: 'int' }),
  ReduceMax: onnxOperator(18, reduce, { keepdims: 'int' }),
  ReduceMin: onnxOperator(18, reduce, { keepdims: 'int' }),
  ReduceLogSumExp: onnxOperator(18, reduce, { keepdims: 'int' }),
  ReduceL2: onnxOperator(18, reduce, { keepdims: 'int' }),
  ArgMax: onnxOperator(13, argument, { axis: 'int', keepdims: 'int', select_last_index: 'int' }),
  Softmax: onnxOperator(13, sameAsInput, { axis: 'int' }),
  LogSoftmax: onnxOperator(13, sameAsInput, { axis: 'int' }),
  LayerNormalization: onnxOperator(17, layerNormalization, { axis: 'int', epsilon: 'float' }),
}
