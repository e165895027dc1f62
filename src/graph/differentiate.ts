import { GraphError } from '../errors/index.ts'
import { formatShape } from './dim.ts'
import { GRADIENTS } from './gradients/index.ts'
import type { Rows } from './gradients/rule.ts'
import type { Node } from './graph.ts'
import { add, addRows, concat, full, scalar } from './operations.ts'
import type { DataType, Value } from './value.ts'

/** The derivative of a loss by one value. */
export type Gradient =
  /** As large as the value itself. */
  | { readonly kind: 'dense'; readonly value: Value }
  /**
   * Of a table that rows were only picked from: `rows` [K, …] belong to the rows `indices` int64 [K];
   * where an index repeats, its rows are to be summed; rows not named have a gradient of 0.
   */
  | { readonly kind: 'rows'; readonly indices: Value; readonly rows: Value }

const FLOATING: readonly DataType[] = ['float64', 'float32', 'float16', 'bfloat16']

/**
 * Extends the graph by the derivatives of a scalar `loss` by the `wanted` values: reverse-mode
 * automatic differentiation from graph to graph, each operator by its rule in `GRADIENTS` (Baydin et
 * al. 2018, §3.2).
 *
 * Only nodes between wanted values and loss are walked. Numbers that are not floating-point (what
 * comparisons, ArgMax, Shape, casts to integers give) carry no gradient, so the walk ends at them. A
 * wanted value the loss does not depend on has no entry in the result, as PyTorch gives it `None`.
 *
 * @throws GraphError when the loss is not a floating-point scalar, or an operator on the way has no
 * rule.
 */
export function differentiate(loss: Value, wanted: readonly Value[]): ReadonlyMap<Value, Gradient> {
  requireScalar(loss)
  const received = new Received()
  received.add(loss, scalar(loss.graph, 1, loss.type))
  const dependent = dependents(loss.graph.nodes, wanted)
  for (const node of loss.graph.nodes.toReversed()) propagate(node, received, dependent)
  return new Map(
    wanted.flatMap((value) => {
      const gradient = received.gradient(value)
      return gradient ? [[value, gradient] as const] : []
    }),
  )
}

function requireScalar({ name, type, shape }: Value): void {
  if (shape.length === 0 && FLOATING.includes(type)) return
  throw new GraphError(
    'graph-loss',
    `a loss is a floating-point scalar, but ${name} is ${type}${formatShape(shape)}`,
    { facts: { name, type, shape } },
  )
}

/** The wanted values and all that are computed from them by differentiable steps. */
function dependents(nodes: readonly Node[], wanted: readonly Value[]): ReadonlySet<Value> {
  const found = new Set(wanted)
  for (const { inputs, outputs } of nodes) {
    if (!inputs.some((input) => input && found.has(input))) continue
    for (const output of outputs) if (FLOATING.includes(output.type)) found.add(output)
  }
  return found
}

/** From a node's output to those of its inputs that lead to a wanted value. */
function propagate(node: Node, received: Received, dependent: ReadonlySet<Value>): void {
  const output = node.outputs.find((value) => dependent.has(value) && received.has(value))
  if (!output) return
  const rule = GRADIENTS[node.operator]
  if (!rule || output !== node.outputs[0]) {
    throw new GraphError(
      'graph-gradient',
      `${node.operator} cannot be differentiated: there is no rule for its output ${output.name}`,
      { facts: { operator: node.operator } },
    )
  }
  const toInputs = rule(node, received.dense(output))
  node.inputs.forEach((input, index) => {
    const contribution = input && dependent.has(input) ? toInputs[index]?.() : undefined
    if (input && contribution) received.add(input, contribution)
  })
}

/** What has flowed back to one value: a contribution for each use of it. */
interface Contributions {
  readonly dense: Value[]
  readonly rows: Rows[]
}

/** What has flowed back to each value so far. */
class Received {
  readonly #parts = new Map<Value, Contributions>()

  has(value: Value): boolean {
    return this.#parts.has(value)
  }

  add(value: Value, contribution: Value | Rows): void {
    const { dense, rows } = this.#parts.get(value) ?? this.#set(value, { dense: [], rows: [] })
    if ('rows' in contribution) rows.push(contribution)
    else dense.push(contribution)
  }

  /** The sum of all contributions to a value; rows stay rows where there is nothing else. */
  gradient(value: Value): Gradient | undefined {
    const parts = this.#parts.get(value)
    if (!parts) return undefined
    if (parts.dense.length > 0) return { kind: 'dense', value: this.dense(value) }
    return { kind: 'rows', ...joined(parts.rows) }
  }

  /** The sum of all contributions to a value, as large as the value. */
  dense(value: Value): Value {
    const { dense, rows } = this.#parts.get(value) ?? { dense: [], rows: [] }
    const sum = dense.length > 0 ? dense.reduce((a, b) => add(a, b)) : full(value.graph, 0, value)
    const total = rows.reduce((table, part) => addRows(table, part.indices, part.rows), sum)
    this.#set(value, { dense: [total], rows: [] })
    return total
  }

  #set(value: Value, parts: Contributions): Contributions {
    this.#parts.set(value, parts)
    return parts
  }
}

function joined(parts: readonly Rows[]): Rows {
  const [only] = parts
  if (only && parts.length === 1) return only
  return {
    indices: concat(
      parts.map(({ indices }) => indices),
      0,
    ),
    rows: concat(
      parts.map(({ rows }) => rows),
      0,
    ),
  }
}
