import { GraphError } from '../../errors/index.ts'
import { addDims, type Dim, multiplyDims, subtractDims } from '../dim.ts'
import { type Operator, onnxOperator } from '../operator.ts'
import type { DataType, TensorType } from '../value.ts'
import { broadcastShapes, type Inputs, required } from './inference.ts'

/** Operators that work on each element, broadcasting where they take several tensors. */

function unary(inputs: Inputs): TensorType[] {
  const { type, shape } = required(inputs, 0)
  return [{ type, shape }]
}

function binary(inputs: Inputs): TensorType[] {
  const a = required(inputs, 0)
  const b = required(inputs, 1)
  if (a.type !== b.type) {
    throw new GraphError('graph-type', `an element-wise operator got ${a.type} and ${b.type}`)
  }
  return [{ type: a.type, shape: broadcastShapes(a.shape, b.shape) }]
}

/** Arithmetic that also works on sizes, so that computed shapes stay known. */
function arithmetic(fold: (a: Dim, b: Dim) => Dim): Operator['infer'] {
  return (inputs) => {
    const [a, b] = [required(inputs, 0).content, required(inputs, 1).content]
    if (!a || !b || a.length !== b.length) return binary(inputs)
    const content = a.map((dim, i) => fold(dim, b[i] ?? 1))
    return binary(inputs).map((result) => ({ ...result, content }))
  }
}

function comparison(inputs: Inputs): TensorType[] {
  return binary(inputs).map(({ shape }) => ({ type: 'bool', shape }))
}

export const ELEMENTWISE = {
  Add: onnxOperator(
    14,
    arithmetic((a, b) => addDims([a, b])),
  ),
  Sub: onnxOperator(14, arithmetic(subtractDims)),
  Mul: onnxOperator(
    14,
    arithmetic((a, b) => multiplyDims([a, b])),
  ),
  Div: onnxOperator(14, binary),
  Max: onnxOperator(13, binary),
  Min: onnxOperator(13, binary),
  Greater: onnxOperator(13, comparison),
  GreaterOrEqual: onnxOperator(16, comparison),
  Less: onnxOperator(13, comparison),
  LessOrEqual: onnxOperator(16, comparison),
  Equal: onnxOperator(13, comparison),
  And: onnxOperator(7, comparison),
  Or: onnxOperator(7, comparison),
  Not: onnxOperator(1, unary),
  Identity: onnxOperator(14, unary),
  Neg: onnxOperator(13, unary),
  Abs: onnxOperator(13, unary),
  Sign: onnxOperator(13, unary),
  Exp: onnxOperator(13, unary),
  Log: onnxOperator(13, unary),
  Erf: onnxOperator(13, unary),
  Sqrt: onnxOperator(13, unary),
  Relu: onnxOperator(14, unary),
  Tanh: onnxOperator(13, unary),
  Sigmoid: onnxOperator(13, unary),
  Sin: onnxOperator(7, unary),
  Cos: onnxOperator(7, unary),
  HardSigmoid: onnxOperator(6, unary, { alpha: 'float', beta: 'float' }),
  Gelu: onnxOperator(20, unary, { approximate: 'string' }),
  Where: onnxOperator(16, (inputs) => {
    const [result] = binary([required(inputs, 1), required(inputs, 2)])
    const condition = required(inputs, 0).shape
    return result ? [{ type: result.type, shape: broadcastShapes(condition, result.shape) }] : []
  }),
  Cast: onnxOperator(
    13,
    (inputs, { to }) => [{ type: to as DataType, shape: required(inputs, 0).shape }],
    { to: 'type' },
  ),
}
