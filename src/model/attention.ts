import type { Value } from '../graph/index.ts'
import {
  add,
  cast,
  matMul,
  multiHeadAttention,
  multiply,
  reshape,
  softmax,
  subtract,
  transpose,
  unsqueeze,
} from '../graph/operations.ts'
import { type Dropout, keepAll } from './dropout.ts'

/**
 * How attention is written into the graph: from standard operators, which every ONNX program knows
 * and which can be differentiated, or as ONNX Runtime's one kernel, which is faster.
 */
export type AttentionKernel = 'standard' | 'fused'

export interface AttentionOptions {
  readonly attention: AttentionKernel
  /** Default: nothing is dropped. The fused kernel cannot drop weights. */
  readonly dropout?: Dropout
}

export interface AttentionShape {
  readonly heads: number
  /** H */
  readonly hiddenSize: number
}

/** Attention bound to one batch's padding mask, to be used by every layer. */
export type Attention = (query: Value, key: Value, value: Value) => Value

/**
 * Scaled dot-product attention over several heads, softmax(q·kᵀ/√d + m)·v with d = H/heads (Vaswani
 * et al. 2017), for query, key and value as rows [B*T,H]; gives rows [B*T,H].
 * @param mask [B,T] int64: 1 for tokens, 0 for padding, which no token attends to.
 */
export function attention(
  mask: Value,
  shape: AttentionShape,
  { attention: kernel, dropout = keepAll }: AttentionOptions,
): Attention {
  return kernel === 'fused' ? fusedAttention(mask, shape) : standardAttention(mask, shape, dropout)
}

function fusedAttention(mask: Value, { heads, hiddenSize }: AttentionShape): Attention {
  const keyMask = cast(mask, 'int32')
  const batched = (rows: Value) => reshape(rows, ['B', 'T', hiddenSize])
  return (query, key, value) => {
    const inputs = [batched(query), batched(key), batched(value)] as const
    return reshape(multiHeadAttention(inputs, keyMask, heads), ['B*T', hiddenSize])
  }
}

function standardAttention(
  mask: Value,
  { heads, hiddenSize }: AttentionShape,
  dropout: Dropout,
): Attention {
  const size = hiddenSize / heads
  const bias = paddingBias(mask)
  const split = (rows: Value, perm: readonly number[]) =>
    transpose(reshape(rows, ['B', 'T', heads, size]), perm)
  return (query, key, value) => {
    const scores = matMul(split(query, [0, 2, 1, 3]), split(key, [0, 2, 3, 1]))
    const weights = softmax(add(multiply(scores, 1 / Math.sqrt(size)), bias))
    const kept = dropout(weights, 'attention')
    const context = transpose(matMul(kept, split(value, [0, 2, 1, 3])), [0, 2, 1, 3])
    return reshape(context, ['B*T', hiddenSize])
  }
}

/** [B,1,1,T]: 0 for tokens; for padding a number that softmax turns into exactly 0. */
function paddingBias(mask: Value): Value {
  const padding = subtract(1, cast(mask, 'float32'))
  return unsqueeze(multiply(padding, -3.4e38), 1, 2)
}
