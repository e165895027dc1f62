import { describeGradients, type GradientCase } from '../../../test/support/gradient-check.ts'
import { linear, matMul, matrixProduct, multiply } from '../operations.ts'
import type { Value } from '../value.ts'
import { LINEAR_GRADIENTS } from './linear.ts'

const FLAGS = [false, true]

/** Aᵀ or A times Bᵀ or B, each way. */
const products = FLAGS.flatMap((transA) =>
  FLAGS.map((transB): GradientCase => {
    return {
      name: `Gemm transA ${transA} transB ${transB}`,
      inputs: [transA ? [3, 'B'] : ['B', 3], transB ? [4, 3] : [3, 4]],
      build: (a: Value, b: Value) => matrixProduct(a, b, { transA, transB, alpha: 1.5 }),
    }
  }),
)

const matMulOf = (...inputs: GradientCase['inputs']): GradientCase => {
  return { name: 'MatMul', inputs, build: matMul }
}

describeGradients(LINEAR_GRADIENTS, [
  matMulOf(['B', 3], [3, 4]),
  matMulOf(['B', 'T', 3], [3, 4]),
  matMulOf(['B', 'T', 3], ['B', 3, 4]),
  matMulOf(['B', 1, 2, 3], ['T', 3, 2]),
  matMulOf([2, 3], ['B', 3, 'T']),
  ...products,
  {
    name: 'Gemm with a bias',
    inputs: [['B', 3], [4, 3], [4]],
    build: (x: Value, weight: Value, bias: Value) => linear(x, weight, multiply(bias, bias)),
  },
  {
    name: 'a matrix with itself',
    inputs: [['B', 3]],
    build: (x) => matrixProduct(x, x, { transB: true }),
  },
])
