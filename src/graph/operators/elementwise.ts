import { GraphError } from '../../errors/index.ts'
import { onnxOperator } from '../operator.ts'
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

function comparison(inputs: Inputs): TensorType[] {
  return binary(inputs).map(({ shape }) => ({ type: 'bool', shape }))
}

export const ELEMENTWISE = {
  Add: onnxOperator(14, binary),
  Sub: onnxOperator(14, binary),
  Mul: onnxOperator(14, binary),
  Div: onnxOperator(14, binary),
  Max: onnxOperator(13, binary),
  Greater: onnxOperator(13, comparison),
  Sqrt: onnxOperator(13, unary),
  Relu: onnxOperator(14, unary),
  Tanh: onnxOperator(13, unary),
  Sigmoid: onnxOperator(13, unary),
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
