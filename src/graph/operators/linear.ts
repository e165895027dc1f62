import { GraphError } from '../../errors/index.ts'
import { formatShape, type Shape } from '../dim.ts'
import { onnxOperator } from '../operator.ts'
import type { TensorType } from '../value.ts'
import { broadcastShapes, dimAt, type Inputs, required } from './inference.ts'

/** Matrix products. */

function matMul(inputs: Inputs): TensorType[] {
  const a = required(inputs, 0)
  const b = required(inputs, 1)
  requireInner(a.shape, b.shape, dimAt(a.shape, -1) === dimAt(b.shape, -2))
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2))
  return [{ type: a.type, shape: [...batch, dimAt(a.shape, -2), dimAt(b.shape, -1)] }]
}

function gemm(inputs: Inputs, { transA, transB }: { transA?: unknown; transB?: unknown }) {
  const a = required(inputs, 0)
  const b = required(inputs, 1)
  const [rows, innerA] = transA === 1 ? [1, 0] : [0, 1]
  const [innerB, columns] = transB === 1 ? [1, 0] : [0, 1]
  requireInner(a.shape, b.shape, dimAt(a.shape, innerA) === dimAt(b.shape, innerB))
  const shape = [dimAt(a.shape, rows), dimAt(b.shape, columns)]
  const bias = inputs[2]
  if (bias) broadcastShapes(shape, bias.shape)
  return [{ type: a.type, shape }]
}

function requireInner(a: Shape, b: Shape, fits: boolean): void {
  if (fits) return
  throw new GraphError(
    'graph-shape',
    `a matrix product needs equal inner sizes, but got ${formatShape(a)} and ${formatShape(b)}`,
  )
}

export const LINEAR = {
  MatMul: onnxOperator(13, matMul),
  Gemm: onnxOperator(13, gemm, { transA: 'int', transB: 'int', alpha: 'float', beta: 'float' }),
}
