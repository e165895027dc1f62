type Vector = readonly number[]

/** [N,N]: the cosine of every two of N vectors of length 1. */
export type SimilarityMatrix = readonly (readonly number[])[]

export function similarityMatrix(vectors: readonly Vector[]): SimilarityMatrix {
  return vectors.map((a) => vectors.map((b) => dot(a, b)))
}

/** Σ aᵢbᵢ */
function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, place) => sum + value * (b[place] ?? 0), 0)
}

export interface MatrixDifference {
  readonly mean: number
  readonly largest: number
  /** The places of the pair that differs most. */
  readonly pair: readonly [number, number]
}

/** How far two matrices of the same N ≥ 2 texts are apart, over all pairs of different texts. */
export function matrixDifference(one: SimilarityMatrix, other: SimilarityMatrix): MatrixDifference {
  const gaps = one.flatMap((row, a) =>
    row.slice(0, a).map((score, b) => ({ gap: Math.abs(score - (other[a]?.[b] ?? 0)), a, b })),
  )
  const { gap, a, b } = gaps.reduce((most, next) => (next.gap > most.gap ? next : most))
  const mean = gaps.reduce((sum, next) => sum + next.gap, 0) / gaps.length
  return { mean, largest: gap, pair: [b, a] }
}
