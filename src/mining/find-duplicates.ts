import type { Matrix } from '../similarity/index.ts'
import { requireScore } from './options.ts'
import { type MiningOptions, type ScoredTile, scoreTiles, upperTiles } from './score-tiles.ts'

/** A row that says again what an earlier one says. */
export interface Duplicate {
  readonly row: number
  /** The first row that is kept and so similar. */
  readonly of: number
  /** Their cosine similarity. */
  readonly score: number
}

/** How similar duplicates are. */
export interface DuplicateOptions extends MiningOptions {
  /** From which cosine similarity two rows are one. Default 0.95. */
  readonly threshold?: number
}

/**
 * The rows of [N,D] to be removed so that no two of those that stay are as similar as `threshold`:
 * row by row, one goes when an earlier one that stays is so similar. In the order of the rows.
 */
export async function findDuplicates(
  vectors: Matrix,
  { threshold = 0.95, ...options }: DuplicateOptions = {},
): Promise<Duplicate[]> {
  const floor = Math.fround(requireScore('threshold', threshold))
  const decided = {
    of: new Int32Array(vectors.rows).fill(KEPT),
    scores: new Float32Array(vectors.rows),
    floor,
  }
  for await (const tile of scoreTiles([vectors, vectors], upperTiles(vectors.rows), options)) {
    decide(tile, decided)
  }
  return Array.from(decided.of, (of, row) => ({ row, of, score: decided.scores[row] ?? 0 })).filter(
    ({ of }) => of !== KEPT,
  )
}

const KEPT = -1

interface Decided {
  /** [N]: the row each one repeats, or `KEPT`. */
  readonly of: Int32Array
  readonly scores: Float32Array
  readonly floor: number
}

/** Rows in order: each is decided itself when its turn comes to decide later ones. */
function decide({ row, rows, column, columns, scores }: ScoredTile, decided: Decided): void {
  const { of, floor } = decided
  for (let i = 0; i < rows; i += 1) {
    if (of[row + i] !== KEPT) continue
    for (let j = Math.max(0, row + i + 1 - column); j < columns; j += 1) {
      const score = scores[i * columns + j] as number
      if (score < floor || of[column + j] !== KEPT) continue
      of[column + j] = row + i
      decided.scores[column + j] = score
    }
  }
}
