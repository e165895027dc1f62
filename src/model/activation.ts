import type { Value } from '../graph/index.ts'
import { gelu, multiply, relu, sigmoid, tanh } from '../graph/operations.ts'
import type { Activation } from './module-spec.ts'

/** Applies an activation by the name a model folder gives it. */
export function activate(x: Value, activation: Activation): Value {
  switch (activation) {
    case 'gelu':
      return gelu(x, 'none')
    case 'gelu_tanh':
      return gelu(x, 'tanh')
    case 'silu':
      return multiply(x, sigmoid(x))
    case 'relu':
      return relu(x)
    case 'tanh':
      return tanh(x)
    case 'sigmoid':
      return sigmoid(x)
    case 'identity':
      return x
    default:
      return activation satisfies never
  }
}
