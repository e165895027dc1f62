import type { Value } from '../graph/index.ts'
import {
  add,
  cast,
  concat,
  cosine,
  multiply,
  numbers,
  range,
  reshape,
  rotaryEmbedding,
  sine,
  slice,
  subtract,
  unsqueeze,
} from '../graph/operations.ts'
import type { OperatorKind } from './attention.ts'

/** Turns the heads of rows [B*T,n·d] by their tokens' positions. */
export type Rotation = (rows: Value, heads: number) => Value

interface RotaryOptions {
  /** d */
  readonly headSize: number
  /** θ, the base of the frequencies. */
  readonly theta: number
  readonly operators: OperatorKind
}

/**
 * Rotary position embedding (Su et al. 2021): components i and i + d/2 of a head are turned by the angle
 * p·θ^(-2i/d) at position p, counted from the first token of a row. Attention then depends on how far
 * tokens are apart, so padding in front changes nothing.
 * @param ids [B,T]
 */
export function rotary(ids: Value, { headSize, theta, operators }: RotaryOptions): Rotation {
  const { graph } = ids
  const half = headSize / 2
  const positions = unsqueeze(cast(range(graph, 'T'), 'float32'), 1)
  const angles = multiply(positions, numbers(graph, frequencies(theta, headSize)))
  const turns: Angles = { cos: cosine(angles), sin: sine(angles) }
  if (operators === 'fused') return fusedRotation(turns, headSize)
  const [cos, sin] = [unsqueeze(turns.cos, 1), unsqueeze(turns.sin, 1)]
  return (rows, heads) => {
    const x = reshape(rows, ['B', 'T', heads, headSize])
    const [a, b] = [slice(x, 3, [0, half]), slice(x, 3, [half, headSize])]
    const turned = [
      subtract(multiply(a, cos), multiply(b, sin)),
      add(multiply(b, cos), multiply(a, sin)),
    ]
    return reshape(concat(turned, 3), ['B*T', heads * headSize])
  }
}

/** θ^(-2i/d), rounded at each step as in the reference: far positions show the last digit. */
function frequencies(theta: number, headSize: number): number[] {
  return Array.from({ length: headSize / 2 }, (_, i) =>
    Math.fround(1 / Math.fround(theta ** Math.fround((2 * i) / headSize))),
  )
}

/** Of each position's angles [T,d/2]. */
interface Angles {
  readonly cos: Value
  readonly sin: Value
}

function fusedRotation(turns: Angles, headSize: number): Rotation {
  return (rows, heads) => {
    const batched = reshape(rows, ['B', 'T', heads * headSize])
    return reshape(rotaryEmbedding(batched, turns, heads), ['B*T', heads * headSize])
  }
}
