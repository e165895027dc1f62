import { GraphError } from '../../errors/index.ts'
import { formatShape } from '../dim.ts'
import { type Operator, onnxOperator } from '../operator.ts'
import type { TensorType } from '../value.ts'
import { dimAt, type Inputs, required } from './inference.ts'

/** Operators on numbers of 8 bits, each of which stands for scale · (number - zero point). */

function quantize(inputs: Inputs): TensorType[] {
  const { shape } = required(inputs, 0)
  return [{ type: required(inputs, 2).type, shape }]
}

function product(inputs: Inputs): TensorType[] {
  const [a, b] = [required(inputs, 0), required(inputs, 1)]
  if (a.shape.length !== 2 || b.shape.length !== 2 || dimAt(a.shape, 1) !== dimAt(b.shape, 0)) {
    throw new GraphError(
      'graph-shape',
      `MatMulIntegerToFloat cannot multiply ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    )
  }
  return [{ type: 'float32', shape: [dimAt(a.shape, 0), dimAt(b.shape, 1)] }]
}

export const QUANTIZED = {
  QuantizeLinear: onnxOperator(13, quantize),
  /** a [M,K], b [K,N], scale of a, of b [N], zero point of a, of b (or none), bias [N]; gives [M,N]. */
  MatMulIntegerToFloat: { domain: 'com.microsoft', since: 1, attributes: {}, infer: product },
} as const satisfies Readonly<Record<string, Operator>>
