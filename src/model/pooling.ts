import type { Value } from '../graph/index.ts'
import {
  add,
  argMax,
  cast,
  concat,
  divide,
  expand,
  gatherElements,
  greater,
  matMul,
  maximum,
  multiply,
  range,
  reduceMax,
  reduceSum,
  reshape,
  squareRoot,
  transpose,
  unsqueeze,
  where,
} from '../graph/operations.ts'
import type { PoolingMode } from './module-spec.ts'

/** A batch of token vectors and which of them count. */
interface Tokens {
  /** [B,T,H] */
  readonly vectors: Value
  /** [B,T] int64: 1 for a token that counts, 0 for padding (and for a prompt that is excluded). */
  readonly mask: Value
}

/** The smallest divisor, as in the reference: a row without any token gives zeros, not NaN. */
const SMALLEST = 1e-9

/**
 * Token vectors [B,T,H] to one vector a row: [B,H], or [B,H·n] for n modes side by side.
 * Reference: sentence-transformers' Pooling.
 */
export function pool(vectors: Value, mask: Value, modes: readonly PoolingMode[]): Value {
  const pooled = modes.map((mode) => poolOne({ vectors, mask }, mode))
  const [only] = pooled
  return only && pooled.length === 1 ? only : concat(pooled, 1)
}

function poolOne(tokens: Tokens, mode: PoolingMode): Value {
  switch (mode) {
    case 'cls':
      return tokenAt(tokens, argMax(tokens.mask, 1))
    case 'lasttoken':
      return tokenAt(tokens, argMax(tokens.mask, 1, { last: true }))
    case 'max':
      return maxPooling(tokens)
    case 'mean':
      return divide(maskedSum(tokens), count(tokens))
    case 'mean_sqrt_len':
      return divide(maskedSum(tokens), squareRoot(count(tokens)))
    case 'weightedmean':
      return weightedMean(tokens)
    default:
      return mode satisfies never
  }
}

/** [B,T,1] float32 */
function column(mask: Value): Value {
  return unsqueeze(cast(mask, 'float32'), 2)
}

/**
 * Σ x·w over the tokens, for weights [B,T,1]: [B,H]. A matrix product, because its sums do not depend
 * on how many rows a batch has, where the runtime's reductions do in the last digit.
 */
function weightedSum(vectors: Value, weights: Value): Value {
  const sums = matMul(transpose(weights, [0, 2, 1]), vectors)
  return reshape(sums, ['B', vectors.shape[2] ?? 1])
}

/** Σ x·m over the tokens: [B,H] */
function maskedSum({ vectors, mask }: Tokens): Value {
  return weightedSum(vectors, column(mask))
}

/** Σ m: [B,1] */
function count({ mask }: Tokens): Value {
  return maximum(reduceSum(column(mask), 1), SMALLEST)
}

/** Largest value of each component over the tokens: [B,H] */
function maxPooling({ vectors, mask }: Tokens): Value {
  return reduceMax(where(greater(column(mask), 0), vectors, -3.4e38), 1)
}

/** Σ x·m·p / Σ m·p with p = 1, 2, … the position of the token (Muennighoff 2022, SGPT): [B,H] */
function weightedMean({ vectors, mask }: Tokens): Value {
  const positions = unsqueeze(add(cast(range(mask.graph, 'T'), 'float32'), 1), 0, 2)
  const weights = multiply(column(mask), positions)
  const total = maximum(reduceSum(weights, 1), SMALLEST)
  return divide(weightedSum(vectors, weights), total)
}

/** The vector of the token at `positions` [B] int64: [B,H] */
function tokenAt({ vectors }: Tokens, positions: Value): Value {
  const hiddenSize = vectors.shape[2] ?? 1
  const indices = expand(unsqueeze(positions, 1, 2), ['B', 1, hiddenSize])
  return reduceSum(gatherElements(vectors, indices, 1), 1)
}
