import { GraphError } from '../../errors/index.ts'
import { type Dim, formatShape, type Shape } from '../dim.ts'
import type { Attributes } from '../operator.ts'
import type { TensorType } from '../value.ts'

/** What the inference functions of all operator families share. */

export type Inputs = readonly (TensorType | undefined)[]

/** Input number `index`, which the operator cannot do without. */
export function required(inputs: Inputs, index: number): TensorType {
  const input = inputs[index]
  if (input) return input
  throw new GraphError('graph-input-missing', `an operator needs an input at index ${index}`)
}

/** Attribute `name` as a number, or its default. */
export function numberAttribute(attributes: Attributes, name: string, fallback: number): number {
  const value = attributes[name]
  return typeof value === 'number' ? value : fallback
}

/** `axis` counted from the front, for a tensor of `rank` axes. */
export function positiveAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis
  if (positive >= 0 && positive < rank) return positive
  throw new GraphError('graph-axis', `axis ${axis} does not exist in a tensor of rank ${rank}`, {
    facts: { axis, rank },
  })
}

/** The shape two tensors have together under numpy's broadcasting rules. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1
    const right = b[axis - rank + b.length] ?? 1
    return broadcastDims(left, right, () => `${formatShape(a)} and ${formatShape(b)}`)
  })
}

function broadcastDims(a: Dim, b: Dim, where: () => string): Dim {
  if (a === b || b === 1) return a
  if (a === 1) return b
  throw new GraphError('graph-shape', `shapes ${where()} cannot be broadcast: ${a} is not ${b}`)
}

/** The sizes an int64 vector holds, where they are known; an error names what needed them. */
export function knownContent(value: TensorType, operator: string): Shape {
  if (value.content) return value.content
  throw new GraphError('graph-shape', `${operator} needs sizes that are known in the graph`)
}

/** The whole numbers an int64 vector holds. */
export function knownIntegers(value: TensorType, operator: string): number[] {
  return knownContent(value, operator).map((dim) => {
    if (typeof dim === 'number') return dim
    throw new GraphError('graph-shape', `${operator} needs a number where it has the size ${dim}`)
  })
}

export function dimAt(shape: Shape, axis: number): Dim {
  const dim = shape.at(axis)
  if (dim !== undefined) return dim
  throw new GraphError('graph-axis', `axis ${axis} does not exist in ${formatShape(shape)}`)
}
