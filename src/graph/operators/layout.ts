import { GraphError } from '../../errors/index.ts'
import { addDims, formatShape, multiplyDims, type Shape, subtractDims } from '../dim.ts'
import { type Attributes, onnxOperator } from '../operator.ts'
import type { TensorType } from '../value.ts'
import {
  dimAt,
  type Inputs,
  knownContent,
  knownIntegers,
  numberAttribute,
  positiveAxis,
  required,
} from './inference.ts'

/** Operators that move, select or repeat elements without computing with them. */

function transpose(inputs: Inputs, { perm }: Attributes): TensorType[] {
  const { type, shape } = required(inputs, 0)
  const order = Array.isArray(perm) ? (perm as number[]) : shape.map((_, axis) => axis).reverse()
  if (order.length !== shape.length) {
    throw new GraphError(
      'graph-axis',
      `Transpose of ${formatShape(shape)} got ${order.length} axes`,
    )
  }
  return [{ type, shape: order.map((axis) => dimAt(shape, axis)) }]
}

function reshape(inputs: Inputs): TensorType[] {
  const { type, shape } = required(inputs, 0)
  const target = knownContent(required(inputs, 1), 'Reshape')
  if (multiplyDims(target) !== multiplyDims(shape)) {
    throw new GraphError(
      'graph-shape',
      `Reshape cannot make ${formatShape(target)} of ${formatShape(shape)}: other element counts`,
    )
  }
  return [{ type, shape: target }]
}

function unsqueeze(inputs: Inputs): TensorType[] {
  const { type, shape } = required(inputs, 0)
  const axes = knownIntegers(required(inputs, 1), 'Unsqueeze')
  const rank = shape.length + axes.length
  const inserted = new Set(axes.map((axis) => positiveAxis(axis, rank)))
  const rest = shape.values()
  const result = Array.from({ length: rank }, (_, axis) =>
    inserted.has(axis) ? 1 : (rest.next().value ?? 1),
  )
  return [{ type, shape: result }]
}

function gather(inputs: Inputs, attributes: Attributes): TensorType[] {
  const { type, shape } = required(inputs, 0)
  const indices = required(inputs, 1)
  const axis = positiveAxis(numberAttribute(attributes, 'axis', 0), shape.length)
  return [{ type, shape: [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)] }]
}

function gatherElements(inputs: Inputs): TensorType[] {
  return [{ type: required(inputs, 0).type, shape: required(inputs, 1).shape }]
}

/** Slice with a step of 1 along one axis. */
function slice(inputs: Inputs): TensorType[] {
  const { type, shape } = required(inputs, 0)
  const [start = 0] = knownContent(required(inputs, 1), 'Slice')
  const [end = 0] = knownContent(required(inputs, 2), 'Slice')
  const [axis = 0] = knownIntegers(required(inputs, 3), 'Slice')
  return [{ type, shape: shape.with(positiveAxis(axis, shape.length), subtractDims(end, start)) }]
}

function concat(inputs: Inputs, attributes: Attributes): TensorType[] {
  const first = required(inputs, 0)
  const axis = positiveAxis(numberAttribute(attributes, 'axis', 0), first.shape.length)
  const parts = inputs.map((_, index) => required(inputs, index))
  const shape = first.shape.with(axis, addDims(parts.map((part) => dimAt(part.shape, axis))))
  const contents = parts.map((part) => part.content)
  const known = contents.every((content): content is Shape => content !== undefined)
  return [{ type: first.type, shape, ...(known ? { content: contents.flat() } : {}) }]
}

/** Pads hold the sizes before each axis, then those after each. */
function pad(inputs: Inputs): TensorType[] {
  const { type, shape } = required(inputs, 0)
  const pads = knownContent(required(inputs, 1), 'Pad')
  const padded = shape.map((dim, axis) =>
    addDims([pads[axis] ?? 0, dim, pads[axis + shape.length] ?? 0]),
  )
  return [{ type, shape: padded }]
}

function shapeOf(inputs: Inputs, attributes: Attributes): TensorType[] {
  const { shape } = required(inputs, 0)
  const start = numberAttribute(attributes, 'start', 0)
  const content = shape.slice(start, numberAttribute(attributes, 'end', shape.length))
  return [{ type: 'int64', shape: [content.length], content }]
}

function range(inputs: Inputs): TensorType[] {
  const limit = required(inputs, 1)
  const [length] = knownContent(limit, 'Range')
  return [{ type: limit.type, shape: [length ?? 0] }]
}

/** Data, indices, updates: the data with some elements changed. */
function sameAsData(inputs: Inputs): TensorType[] {
  const { type, shape } = required(inputs, 0)
  return [{ type, shape }]
}

export const LAYOUT = {
  Transpose: onnxOperator(13, transpose, { perm: 'ints' }),
  Reshape: onnxOperator(14, reshape),
  Unsqueeze: onnxOperator(13, unsqueeze),
  Squeeze: onnxOperator(13, (inputs) => {
    const { type, shape, content } = required(inputs, 0)
    const axes = knownIntegers(required(inputs, 1), 'Squeeze')
    const removed = new Set(axes.map((axis) => positiveAxis(axis, shape.length)))
    const kept = shape.filter((_, axis) => !removed.has(axis))
    return [{ type, shape: kept, ...(content ? { content } : {}) }]
  }),
  Gather: onnxOperator(13, gather, { axis: 'int' }),
  GatherElements: onnxOperator(13, gatherElements, { axis: 'int' }),
  Slice: onnxOperator(13, slice),
  Concat: onnxOperator(13, concat, { axis: 'int' }),
  Shape: onnxOperator(15, shapeOf, { start: 'int', end: 'int' }),
  Range: onnxOperator(11, range),
  Pad: onnxOperator(18, pad),
  ScatterND: onnxOperator(16, sameAsData, { reduction: 'string' }),
  ScatterElements: onnxOperator(16, sameAsData, { axis: 'int', reduction: 'string' }),
  Expand: onnxOperator(13, (inputs) => {
    const target = knownContent(required(inputs, 1), 'Expand')
    return [{ type: required(inputs, 0).type, shape: target }]
  }),
}
