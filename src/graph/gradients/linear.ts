import { multiplyDims } from '../dim.ts'
import type { Node } from '../graph.ts'
import { matMul, matrixProduct, multiply, reshape, transpose } from '../operations.ts'
import { dimAt, numberAttribute } from '../operators/inference.ts'
import type { Value } from '../value.ts'
import { type InputGradient, inputAt, type Rule, unbroadcast } from './rule.ts'

/** For Y = A·B: ∂A = ∂Y·Bᵀ and ∂B = Aᵀ·∂Y. */
function matMulRule(node: Node, gradient: Value): InputGradient[] {
  const [a, b] = [inputAt(node, 0), inputAt(node, 1)]
  if (b.shape.length === 2) {
    return [() => matMul(gradient, turned(b)), () => productOfRows(a, gradient)]
  }
  return [
    () => unbroadcast(matMul(gradient, turned(b)), a.shape),
    () => unbroadcast(matMul(turned(a), gradient), b.shape),
  ]
}

/** The last two axes exchanged; the runtime reads the transposed operand in place. */
function turned(x: Value): Value {
  const axes = [...x.shape.keys()]
  return transpose(x, [...axes.slice(0, -2), ...axes.slice(-2).reverse()])
}

/** Aᵀ·∂Y over all rows at once, for one matrix that every row was multiplied with. */
function productOfRows(a: Value, gradient: Value): Value {
  const rows = (x: Value) =>
    x.shape.length === 2 ? x : reshape(x, [multiplyDims(x.shape.slice(0, -1)), dimAt(x.shape, -1)])
  return matrixProduct(rows(a), rows(gradient), { transA: true })
}

/** As for MatMul, for Y = α·A·B + β·C with A or B transposed: the transposition moves along. */
function gemmRule(node: Node, gradient: Value): InputGradient[] {
  const [a, b] = [inputAt(node, 0), inputAt(node, 1)]
  const flag = (name: string) => numberAttribute(node.attributes, name, 0) === 1
  const [transA, transB] = [flag('transA'), flag('transB')]
  const alpha = numberAttribute(node.attributes, 'alpha', 1)
  const beta = numberAttribute(node.attributes, 'beta', 1)
  return [
    () =>
      transA
        ? matrixProduct(b, gradient, { transA: transB, transB: true, alpha })
        : matrixProduct(gradient, b, { transB: !transB, alpha }),
    () =>
      transB
        ? matrixProduct(gradient, a, { transA: true, transB: transA, alpha })
        : matrixProduct(a, gradient, { transA: !transA, alpha }),
    () => {
      const sum = unbroadcast(gradient, inputAt(node, 2).shape)
      return beta === 1 ? sum : multiply(sum, beta)
    },
  ]
}

export const LINEAR_GRADIENTS = {
  MatMul: matMulRule,
  Gemm: gemmRule,
} as const satisfies Readonly<Record<string, Rule>>
