import { GraphError } from '../../errors/index.ts'
import { type Dim, type Shape, sameShape } from '../dim.ts'
import type { Node } from '../graph.ts'
import { cast, divide, multiply, reduceSum, reshape, squeeze } from '../operations.ts'
import type { Value } from '../value.ts'

/** What the rules of all operator families share. */

/** A gradient that touches only some rows of a table [V, …]. */
export interface Rows {
  /** int64 [K]; a row may be named several times, its gradient is then the sum. */
  readonly indices: Value
  /** [K, …] */
  readonly rows: Value
}

/** Adds to the graph what one input of a node receives; called only where it is wanted. */
export type InputGradient = () => Value | Rows

/**
 * How the gradient of a node's first output becomes gradients of its inputs, in their order; an
 * input that cannot have one (indices, sizes) is `undefined` or left out. Each has the shape of its
 * input.
 */
export type Rule = (node: Node, gradient: Value) => readonly (InputGradient | undefined)[]

/** What a node with one input computed: y of x. */
export interface Mapped {
  readonly x: Value
  readonly y: Value
  readonly node: Node
}

/** The rule of an operator whose first input alone has a gradient. */
export function unary(rule: (gradient: Value, mapped: Mapped) => Value | Rows): Rule {
  return (node, gradient) => [
    () => rule(gradient, { x: inputAt(node, 0), y: outputAt(node, 0), node }),
  ]
}

/** What an element-wise operator computed: y of a and b. */
interface Combined {
  readonly a: Value
  readonly b: Value
  readonly y: Value
}

type Partial = (gradient: Value, combined: Combined) => Value

/** The rule of an element-wise operator on two tensors, whose broadcasting is undone here. */
export function binary(toA: Partial, toB: Partial): Rule {
  return (node, gradient) => {
    const combined = { a: inputAt(node, 0), b: inputAt(node, 1), y: outputAt(node, 0) }
    return [
      () => unbroadcast(toA(gradient, combined), combined.a.shape),
      () => unbroadcast(toB(gradient, combined), combined.b.shape),
    ]
  }
}

export function inputAt({ operator, inputs }: Node, index: number): Value {
  const input = inputs[index]
  if (input) return input
  throw new GraphError('graph-input-missing', `${operator} has no input at index ${index}`)
}

export function outputAt({ operator, outputs }: Node, index: number): Value {
  const output = outputs[index]
  if (output) return output
  throw new GraphError('graph-output-missing', `${operator} has no output number ${index}`)
}

/** The sum over everything that broadcasting repeated: from the larger shape back to `shape`. */
export function unbroadcast(gradient: Value, shape: Shape): Value {
  const added = gradient.shape.length - shape.length
  const folded = [...gradient.shape.keys()].filter(
    (axis) => axis < added || (shape[axis - added] === 1 && gradient.shape[axis] !== 1),
  )
  if (folded.length === 0) return gradient
  const sum = reduceSum(gradient, folded, { keep: added === 0 })
  return sameShape(sum.shape, shape) ? sum : reshape(sum, shape)
}

/** x divided by a size, which may be known only at run time. */
export function divideBySize(x: Value, size: Dim): Value {
  if (typeof size === 'number') return multiply(x, 1 / size)
  return divide(x, cast(squeeze(x.graph.dimension(size), 0), x.type))
}
