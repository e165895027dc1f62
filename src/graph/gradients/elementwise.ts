import {
  cast,
  cosine,
  divide,
  equal,
  exp,
  greater,
  less,
  multiply,
  negate,
  sign,
  sine,
  subtract,
  where,
} from '../operations.ts'
import type { Value } from '../value.ts'
import { binary, inputAt, type Rule, unary, unbroadcast } from './rule.ts'

/**
 * 1 where `wins(a, b)`, ½ where a equals b, else 0, times the gradient: two equal numbers share it,
 * as in torch.maximum and torch.minimum.
 */
function won(gradient: Value, equality: Value, wins: Value): Value {
  return where(equality, multiply(gradient, 0.5), where(wins, gradient, 0))
}

/** 2/√π */
const ERF_SLOPE = 2 / Math.sqrt(Math.PI)

export const ELEMENTWISE_GRADIENTS = {
  Add: binary(
    (gradient) => gradient,
    (gradient) => gradient,
  ),
  Sub: binary(
    (gradient) => gradient,
    (gradient) => negate(gradient),
  ),
  Mul: binary(
    (gradient, { b }) => multiply(gradient, b),
    (gradient, { a }) => multiply(gradient, a),
  ),
  Div: binary(
    (gradient, { b }) => divide(gradient, b),
    (gradient, { b, y }) => negate(divide(multiply(gradient, y), b)),
  ),
  Max: binary(
    (gradient, { a, b }) => won(gradient, equal(a, b), greater(a, b)),
    (gradient, { a, b }) => won(gradient, equal(a, b), less(a, b)),
  ),
  Min: binary(
    (gradient, { a, b }) => won(gradient, equal(a, b), less(a, b)),
    (gradient, { a, b }) => won(gradient, equal(a, b), greater(a, b)),
  ),
  Where: (node, gradient) => {
    const condition = inputAt(node, 0)
    return [
      undefined,
      () => unbroadcast(where(condition, gradient, 0), inputAt(node, 1).shape),
      () => unbroadcast(where(condition, 0, gradient), inputAt(node, 2).shape),
    ]
  },
  Cast: unary((gradient, { x }) => cast(gradient, x.type)),
  Identity: unary((gradient) => gradient),
  Neg: unary((gradient) => negate(gradient)),
  /** 0 at 0, as in torch.abs. */
  Abs: unary((gradient, { x }) => multiply(gradient, sign(x))),
  /** Constant between its steps: nothing flows back. */
  Sign: () => [],
  Exp: unary((gradient, { y }) => multiply(gradient, y)),
  Log: unary((gradient, { x }) => divide(gradient, x)),
  Erf: unary((gradient, { x }) =>
    multiply(multiply(gradient, exp(negate(multiply(x, x)))), ERF_SLOPE),
  ),
  /** 0 at 0, where the slope is infinite: a length of 0 has no direction to grow in. */
  Sqrt: unary((gradient, { y }) => {
    const slope = divide(multiply(gradient, 0.5), y)
    return where(greater(y, 0), slope, 0)
  }),
  /** 0 at 0, as in torch.relu. */
  Relu: unary((gradient, { y }) => where(greater(y, 0), gradient, 0)),
  /** 1 - y² */
  Tanh: unary((gradient, { y }) => subtract(gradient, multiply(multiply(gradient, y), y))),
  Sin: unary((gradient, { x }) => multiply(gradient, cosine(x))),
  Cos: unary((gradient, { x }) => negate(multiply(gradient, sine(x)))),
  /** y(1 - y) */
  Sigmoid: unary((gradient, { y }) => {
    const scaled = multiply(gradient, y)
    return subtract(scaled, multiply(scaled, y))
  }),
} as const satisfies Readonly<Record<string, Rule>>
