import type { Value } from '../graph/index.ts'
import {
  add,
  cast,
  divide,
  gather,
  gelu,
  linear,
  multiply,
  reduceMean,
  relu,
  sigmoid,
  simplifiedLayerNormalization,
  squareRoot,
  tanh,
} from '../graph/operations.ts'
import type { OperatorKind } from './attention.ts'
import type { EncoderStates } from './family.ts'
import type { Activation } from './module-spec.ts'
import type { Weights } from './weight-value.ts'

/** What encoders of several families are made of. */

/** What a layer computes, all of it rows. */
export interface LayerStates {
  readonly query: Value
  readonly key: Value
  readonly value: Value
  /** The layer's output [B*T,H]. */
  readonly hidden: Value
}

/**
 * Layers one upon another.
 * @param embedded rows [B*T,H]
 * @param last what becomes of the last layer's output. Default: it stays.
 */
export function stackLayers(
  embedded: Value,
  count: number,
  layer: (hidden: Value, index: number) => LayerStates,
  last: (hidden: Value) => Value = (hidden) => hidden,
): EncoderStates {
  const layers: LayerStates[] = []
  for (let index = 0; index < count; index += 1) {
    layers.push(layer(layers.at(-1)?.hidden ?? embedded, index))
  }
  const outputs = layers.map(({ hidden }) => hidden)
  return {
    hiddenStates: [embedded, ...outputs.slice(0, -1), last(outputs.at(-1) ?? embedded)],
    queries: layers.map(({ query }) => query),
    keys: layers.map(({ key }) => key),
    values: layers.map(({ value }) => value),
  }
}

/**
 * The rows of a table of tokens [V,H], float32. The table is the largest weight: rows are converted
 * after they are picked, not all before.
 */
export function tokenRows(weights: Weights, name: string, ids: Value): Value {
  return cast(gather(weights.stored(name), ids), 'float32')
}

/** x / √(mean(x²) + ε) · scale along the last axis (Zhang and Sennrich 2019, "RMSNorm"). */
export function rmsNorm(
  x: Value,
  scale: Value,
  { epsilon, operators }: { readonly epsilon: number; readonly operators: OperatorKind },
): Value {
  if (operators === 'fused') return simplifiedLayerNormalization(x, scale, epsilon)
  const meanSquare = reduceMean(multiply(x, x), x.shape.length - 1, { keep: true })
  return multiply(divide(x, squareRoot(add(meanSquare, epsilon))), scale)
}

/**
 * How x·Wᵀ + b is written into the graph, for rows [N,I] and the weights `weight` [O,I] and, where
 * there is one, `bias` [O] of a layer: gives [N,O].
 */
export type LinearLayer = (rows: Value, weights: Weights) => Value

export const floatLayer: LinearLayer = (rows, weights) =>
  linear(rows, weights.value('weight'), weights.optional('bias'))

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
