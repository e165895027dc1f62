import { GraphError } from '../../errors/index.ts'
import { addDims, multiplyDims, subtractDims } from '../dim.ts'
import type { Node } from '../graph.ts'
import {
  addElements,
  full,
  gather,
  gatherElements,
  pad,
  reshape,
  slice,
  squeeze,
  transpose,
  unsqueeze,
} from '../operations.ts'
import { dimAt, knownContent, knownIntegers, numberAttribute } from '../operators/inference.ts'
import type { Value } from '../value.ts'
import {
  type InputGradient,
  inputAt,
  type Mapped,
  type Rows,
  type Rule,
  unary,
  unbroadcast,
} from './rule.ts'

function transposed(gradient: Value, { x, node }: Mapped): Value {
  const reversed = [...x.shape.keys()].reverse()
  const perm = (node.attributes.perm ?? reversed) as readonly number[]
  return transpose(
    gradient,
    perm.map((_, axis) => perm.indexOf(axis)),
  )
}

/** The rows that were picked receive the gradient; the others are not touched. */
function gathered(gradient: Value, { x, node }: Mapped): Rows {
  if (numberAttribute(node.attributes, 'axis', 0) !== 0) {
    throw new GraphError('graph-gradient', 'Gather has a gradient along axis 0 only')
  }
  const indices = inputAt(node, 1)
  const count = multiplyDims(indices.shape)
  return {
    indices: indices.shape.length === 1 ? indices : reshape(indices, [count]),
    rows: reshape(gradient, [count, ...x.shape.slice(1)]),
  }
}

function gatheredElements(gradient: Value, { x, node }: Mapped): Value {
  const axis = numberAttribute(node.attributes, 'axis', 0)
  return addElements(full(x.graph, 0, x), { indices: inputAt(node, 1), updates: gradient, axis })
}

/** Zeros where nothing was taken. */
function sliced(gradient: Value, { x, node }: Mapped): Value {
  const [start = 0] = knownContent(inputAt(node, 1), 'Slice')
  const [end = 0] = knownContent(inputAt(node, 2), 'Slice')
  const [axis = 0] = knownIntegers(inputAt(node, 3), 'Slice')
  return pad(gradient, axis, [start, subtractDims(dimAt(x.shape, axis), end)])
}

/** What was there before the zeros were put around it. */
function padded(gradient: Value, { x, node }: Mapped): Value {
  const pads = knownContent(inputAt(node, 1), 'Pad')
  return x.shape.reduce<Value>((rest, dim, axis) => {
    const before = pads[axis] ?? 0
    const untouched = before === 0 && pads[axis + x.shape.length] === 0
    return untouched ? rest : slice(rest, axis, [before, addDims([before, dim])])
  }, gradient)
}

/** Rows that were added receive what arrives at their places; the data receives everything. */
function addedRows(node: Node, gradient: Value): (InputGradient | undefined)[] {
  requireAddition(node)
  const indices = squeeze(inputAt(node, 1), -1)
  return [() => gradient, undefined, () => gather(gradient, indices)]
}

function addedElements(node: Node, gradient: Value): (InputGradient | undefined)[] {
  requireAddition(node)
  const axis = numberAttribute(node.attributes, 'axis', 0)
  return [() => gradient, undefined, () => gatherElements(gradient, inputAt(node, 1), axis)]
}

function requireAddition({ operator, attributes }: Node): void {
  if (attributes.reduction === 'add') return
  throw new GraphError('graph-gradient', `${operator} has a gradient with reduction 'add' only`)
}

/** The axes that Squeeze and Unsqueeze are given. */
const axesOf = (node: Node) => knownIntegers(inputAt(node, 1), node.operator)

/** Each part its own stretch. */
function concatenated(node: Node, gradient: Value): InputGradient[] {
  const axis = numberAttribute(node.attributes, 'axis', 0)
  const lengths = node.inputs.map((_, index) => dimAt(inputAt(node, index).shape, axis))
  return lengths.map((_, index) => () => {
    const start = addDims(lengths.slice(0, index))
    return slice(gradient, axis, [start, addDims(lengths.slice(0, index + 1))])
  })
}

export const LAYOUT_GRADIENTS = {
  Transpose: unary(transposed),
  Reshape: unary((gradient, { x }) => reshape(gradient, x.shape)),
  Unsqueeze: unary((gradient, { node }) => squeeze(gradient, ...axesOf(node))),
  Squeeze: unary((gradient, { node }) => unsqueeze(gradient, ...axesOf(node))),
  Gather: unary(gathered),
  GatherElements: unary(gatheredElements),
  Slice: unary(sliced),
  Pad: unary(padded),
  Concat: concatenated,
  Expand: unary((gradient, { x }) => unbroadcast(gradient, x.shape)),
  ScatterND: addedRows,
  ScatterElements: addedElements,
} as const satisfies Readonly<Record<string, Rule>>
