/** [N,N]: the scores of every two of N texts. */
export type SimilarityMatrix = readonly (readonly number[])[]

/** The cosine of every two of N vectors of length 1. */
export function similarityMatrix(vectors: readonly ArrayLike<number>[]): SimilarityMatrix {
  return vectors.map((a) => vectors.map((b) => dot(a, b)))
}

/** Σ aᵢbᵢ */
function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

export interface PairScore {
  readonly score: number
  /** The rows of the pair, the earlier one first. */
  readonly rows: readonly [number, number]
}

/** Every pair of different texts, once. */
export function pairsOf(matrix: SimilarityMatrix): readonly PairScore[] {
  return matrix.flatMap((row, b) =>
    row.slice(0, b).map((score, a) => ({ score, rows: [a, b] as const })),
  )
}

/** The pair with the highest score, of those there are. */
export function highestPair(pairs: readonly PairScore[]): PairScore | undefined {
  const [first, ...others] = pairs
  return first && others.reduce((best, next) => (next.score > best.score ? next : best), first)
}
