import type { Value } from '../graph/index.ts'
import {
  absolute,
  add,
  and,
  cast,
  expand,
  greaterOrEqual,
  lessOrEqual,
  matMul,
  multiHeadAttention,
  multiply,
  range,
  reshape,
  softmax,
  subtract,
  transpose,
  unsqueeze,
  where,
} from '../graph/operations.ts'

/**
 * How attention, rotation and root-mean-square normalization are written into the graph: from standard
 * operators, which every ONNX program knows and which can be differentiated, or as ONNX Runtime's one
 * kernel each, which is faster.
 */
export type OperatorKind = 'standard' | 'fused'

/** What is dropped: elements of the hidden state, or whole weights of the attention. */
export type DropoutKind = 'hidden' | 'attention'

/**
 * Applied wherever an encoder drops elements in training (Srivastava et al. 2014; locations: those of
 * Hugging Face transformers). Inference uses `keepAll`.
 */
export type Dropout = (x: Value, kind: DropoutKind) => Value

export const keepAll: Dropout = (x) => x

export interface AttentionOptions {
  readonly operators: OperatorKind
  /** Default: nothing is dropped. The fused kernel cannot drop weights. */
  readonly dropout?: Dropout
}

export interface AttentionShape {
  /** N */
  readonly heads: number
  /** G, which divides N: heads of keys and values, each for N/G heads of queries. Default: N. */
  readonly groups?: number
  /** d */
  readonly headSize: number
  /** What q·kᵀ is multiplied by. Default: 1/√d. */
  readonly scale?: number
  readonly pattern?: AttentionPattern
}

/** Which tokens a token attends to, of those that are no padding. Default: all. */
export interface AttentionPattern {
  /** Those that are at most so many positions away. */
  readonly distance?: number | undefined
  /** Itself and those before it. */
  readonly causal?: boolean
}

/** Attention bound to one batch's padding mask, to be used by every layer. */
export type Attention = (query: Value, key: Value, value: Value) => Value

/** What is added to the scores of padding: softmax turns it into exactly 0. */
const PADDING = -3.4e38
/** As `PADDING`, but for tokens: both together are a number still, and padding stays the less likely. */
const OUTSIDE = -1e30

/**
 * Scaled dot-product attention over several heads, softmax(s·q·kᵀ + m)·v with s = 1/√d (Vaswani et al.
 * 2017), for queries as rows [B*T,N·d] and keys and values as rows [B*T,G·d]; gives rows [B*T,N·d].
 * Keys and values in groups: Ainslie et al. 2023.
 * @param mask [B,T] int64: 1 for tokens, 0 for padding, which no token attends to.
 */
export function attention(
  mask: Value,
  shape: AttentionShape,
  { operators, dropout = keepAll }: AttentionOptions,
): Attention {
  const attend =
    operators === 'fused' ? fusedAttention(mask, shape) : standardAttention(mask, shape, dropout)
  return (query, key, value) => attend(query, repeated(key, shape), repeated(value, shape))
}

/** Every group's vector once for each head of queries it serves: [B*T,G·d] to [B*T,N·d]. */
function repeated(rows: Value, { heads, groups = heads, headSize }: AttentionShape): Value {
  if (groups === heads) return rows
  const apart = reshape(rows, ['B*T', groups, 1, headSize])
  return reshape(expand(apart, ['B*T', groups, heads / groups, headSize]), [
    'B*T',
    heads * headSize,
  ])
}

function fusedAttention(
  mask: Value,
  { heads, headSize, scale, pattern }: AttentionShape,
): Attention {
  const keyMask = cast(mask, 'int32')
  const bias = patternBias(mask, pattern)
  const width = heads * headSize
  const batched = (rows: Value) => reshape(rows, ['B', 'T', width])
  return (query, key, value) => {
    const inputs = [batched(query), batched(key), batched(value)] as const
    const context = multiHeadAttention(inputs, keyMask, { heads, scale, bias })
    return reshape(context, ['B*T', width])
  }
}

function standardAttention(
  mask: Value,
  { heads, headSize, scale = 1 / Math.sqrt(headSize), pattern }: AttentionShape,
  dropout: Dropout,
): Attention {
  const [padding, outside] = [paddingBias(mask), patternBias(mask, pattern)]
  const bias = outside ? add(padding, outside) : padding
  const split = (rows: Value, perm: readonly number[]) =>
    transpose(reshape(rows, ['B', 'T', heads, headSize]), perm)
  return (query, key, value) => {
    const scores = matMul(split(query, [0, 2, 1, 3]), split(key, [0, 2, 3, 1]))
    const weights = softmax(add(multiply(scores, scale), bias))
    const kept = dropout(weights, 'attention')
    const context = transpose(matMul(kept, split(value, [0, 2, 1, 3])), [0, 2, 1, 3])
    return reshape(context, ['B*T', heads * headSize])
  }
}

/** [B,1,1,T]: 0 for tokens, `PADDING` for padding. */
function paddingBias(mask: Value): Value {
  const padding = subtract(1, cast(mask, 'float32'))
  return unsqueeze(multiply(padding, PADDING), 1, 2)
}

/** [1,1,T,T]: 0 where the token of the row attends to that of the column, else `OUTSIDE`. */
function patternBias(mask: Value, pattern: AttentionPattern = {}): Value | undefined {
  const { distance, causal = false } = pattern
  if (distance === undefined && !causal) return undefined
  const positions = cast(range(mask.graph, 'T'), 'float32')
  const back = subtract(unsqueeze(positions, 1), unsqueeze(positions, 0))
  const near = distance === undefined ? undefined : lessOrEqual(absolute(back), distance)
  const before = causal ? greaterOrEqual(back, 0) : undefined
  const seen = near && before ? and(near, before) : (near ?? before)
  return seen && unsqueeze(where(seen, 0, OUTSIDE), 0, 1)
}
