import type { Node } from '../graph.ts'
import {
  exp,
  full,
  layerNormalization,
  matMul,
  multiply,
  reduceSum,
  reshape,
  subtract,
} from '../operations.ts'
import { dimAt, numberAttribute } from '../operators/inference.ts'
import type { Value } from '../value.ts'
import {
  divideBySize,
  type InputGradient,
  inputAt,
  type Mapped,
  outputAt,
  type Rule,
  unary,
  unbroadcast,
} from './rule.ts'

/** y(∂ - Σ∂y) along the axis. */
function softmax(gradient: Value, { y, node }: Mapped): Value {
  const weighted = multiply(gradient, y)
  const sum = reduceSum(weighted, numberAttribute(node.attributes, 'axis', -1), { keep: true })
  return subtract(weighted, multiply(y, sum))
}

/** ∂ - softmax(x)·Σ∂, with softmax(x) = exp(y). */
function logSoftmax(gradient: Value, { y, node }: Mapped): Value {
  const sum = reduceSum(gradient, numberAttribute(node.attributes, 'axis', -1), { keep: true })
  return subtract(gradient, multiply(exp(y), sum))
}

/**
 * y = x̂·scale + bias with x̂ = (x - μ)·r. With g = ∂·scale the gradient of x is
 * r(g - mean(g) - x̂·mean(g·x̂)) (Ba et al. 2016; reference: PyTorch's layer_norm backward). x̂ is
 * computed again by the runtime's one fused kernel, and both means are products with scale/H, so that
 * g itself is read only once.
 */
function layerNormalizationRule(node: Node, gradient: Value): InputGradient[] {
  const [x, scale] = [inputAt(node, 0), inputAt(node, 1)]
  const shared = lazily(() => {
    const normalised = standardised(x, numberAttribute(node.attributes, 'epsilon', 1e-5))
    return { normalised, product: multiply(gradient, normalised) }
  })
  return [
    () => {
      const size = dimAt(x.shape, -1)
      const column = reshape(divideBySize(scale, size), [size, 1])
      const { normalised, product } = shared()
      const along = multiply(normalised, matMul(product, column))
      const centred = subtract(multiply(gradient, scale), matMul(gradient, column))
      return multiply(subtract(centred, along), outputAt(node, 2))
    },
    () => unbroadcast(shared().product, scale.shape),
    () => unbroadcast(gradient, scale.shape),
  ]
}

/** x̂ */
function standardised(x: Value, epsilon: number): Value {
  const shape = x.shape.slice(-1)
  const vector = (value: number) => full(x.graph, value, { type: x.type, shape })
  return layerNormalization(x, vector(1), vector(0), epsilon)
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

export const NORMALIZATION_GRADIENTS = {
  Softmax: unary(softmax),
  LogSoftmax: unary(logSoftmax),
  LayerNormalization: layerNormalizationRule,
} as const satisfies Readonly<Record<string, Rule>>
