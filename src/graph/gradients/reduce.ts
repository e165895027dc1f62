import { multiplyDims } from '../dim.ts'
import type { Node } from '../graph.ts'
import {
  cast,
  divide,
  equal,
  exp,
  expand,
  greater,
  multiply,
  reduceSum,
  subtract,
  unsqueeze,
  where,
} from '../operations.ts'
import { dimAt, knownIntegers, numberAttribute, positiveAxis } from '../operators/inference.ts'
import type { Value } from '../value.ts'
import { divideBySize, inputAt, type Mapped, type Rule, unary } from './rule.ts'

function foldedAxes(node: Node): number[] {
  return knownIntegers(inputAt(node, 1), node.operator)
}

/** A result of the reduction with its folded axes put back as size 1, to broadcast against x. */
function kept(result: Value, node: Node): Value {
  const keep = numberAttribute(node.attributes, 'keepdims', 1) === 1
  if (keep) return result
  const rank = inputAt(node, 0).shape.length
  return unsqueeze(result, ...foldedAxes(node).map((axis) => positiveAxis(axis, rank)))
}

/** The gradient divided by how many numbers were folded into one. */
function mean(gradient: Value, { x, node }: Mapped): Value {
  const count = multiplyDims(foldedAxes(node).map((axis) => dimAt(x.shape, axis)))
  return divideBySize(gradient, count)
}

/** Shared equally by all that equal the extreme, as in torch.amax and torch.amin. */
function extreme(gradient: Value, { x, y, node }: Mapped): Value {
  const chosen = cast(equal(x, kept(y, node)), x.type)
  const count = reduceSum(chosen, foldedAxes(node), { keep: true })
  return multiply(chosen, divide(kept(gradient, node), count))
}

/** x/‖x‖, and 0 for a vector of length 0, as in torch.linalg.norm. */
function length(gradient: Value, { x, y, node }: Mapped): Value {
  const norm = kept(y, node)
  return multiply(x, where(greater(norm, 0), divide(kept(gradient, node), norm), 0))
}

export const REDUCE_GRADIENTS = {
  ReduceSum: unary((gradient, { x, node }) => expand(kept(gradient, node), x.shape)),
  ReduceMean: unary((gradient, mapped) =>
    expand(kept(mean(gradient, mapped), mapped.node), mapped.x.shape),
  ),
  ReduceMax: unary(extreme),
  ReduceMin: unary(extreme),
  ReduceL2: unary(length),
  /** softmax(x) = exp(x - y) */
  ReduceLogSumExp: unary((gradient, { x, y, node }) =>
    multiply(exp(subtract(x, kept(y, node))), kept(gradient, node)),
  ),
} as const satisfies Readonly<Record<string, Rule>>
