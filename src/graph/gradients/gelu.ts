import { add, divide, erf, exp, hardSigmoid, multiply, sigmoid, subtract } from '../operations.ts'
import type { Value } from '../value.ts'
import { type Rule, unary } from './rule.ts'

/**
 * The slope of x·Φ(x) is Φ(x) + x·φ(x), with Φ and φ the normal distribution and its density
 * (reference: PyTorch's gelu_backward, both forms).
 */
export const GELU_GRADIENTS = {
  Gelu: unary((gradient, { x, y, node }) => {
    const exact = node.attributes.approximate !== 'tanh'
    return multiply(gradient, exact ? exactSlope(x) : tanhSlope(x, y))
  }),
} as const satisfies Readonly<Record<string, Rule>>

/**
 * With u = x/√2: ½(1 + erf(u)) + u/(√π·exp(u²)). Dividing by exp(u²), which may be infinite, saves
 * the pass that would change the sign of u², and a hard sigmoid that never clips is ½ + ½·erf(u) in
 * one pass instead of two.
 */
function exactSlope(x: Value): Value {
  const u = multiply(x, Math.SQRT1_2)
  const density = divide(u, exp(multiply(u, u)))
  const cumulative = hardSigmoid(erf(u), { alpha: 0.5, beta: 0.5 })
  return add(cumulative, multiply(density, 1 / Math.sqrt(Math.PI)))
}

/** √(2/π) and the cubic coefficient of the approximation. */
const LINEAR = Math.sqrt(2 / Math.PI)
const CUBIC = 0.044715

/**
 * ½(1 + tanh(u)) is σ(2u), so y = x·σ(v) with v = 2√(2/π)(x + 0.044715x³), whose slope is
 * σ(v) + (y - y·σ(v))·v′.
 */
function tanhSlope(x: Value, y: Value): Value {
  const square = multiply(x, x)
  const v = multiply(x, add(multiply(square, 2 * LINEAR * CUBIC), 2 * LINEAR))
  const slopeOfV = add(multiply(square, 6 * LINEAR * CUBIC), 2 * LINEAR)
  const gate = sigmoid(v)
  return add(gate, multiply(subtract(y, multiply(y, gate)), slopeOfV))
}
