import { BestScores, type Matrix } from '../similarity/index.ts'
import { requireScore, requireWhole } from './options.ts'
import { type MiningOptions, type ScoredTile, scoreTiles, upperTiles } from './score-tiles.ts'

/** Two rows and how similar they are. */
export interface ScoredPair {
  /** The smaller row. */
  readonly first: number
  readonly second: number
  /** Cosine similarity. */
  readonly score: number
}

/** Which pairs are kept, and how many. */
export interface ParaphraseOptions extends MiningOptions {
  /** Only pairs that are at least so similar. Default: none is too dissimilar. */
  readonly threshold?: number
  /** Only pairs in which one is among the `perText` most similar to the other. Default: all. */
  readonly perText?: number
  /** The most pairs; the best are kept. Default 500,000. */
  readonly maxPairs?: number
}

/**
 * The most similar pairs of rows of [N,D], the best first; every pair is looked at. Reference:
 * sentence-transformers' util.paraphrase_mining_embeddings, whose `top_k` is `perText`.
 * Memory beside that of `scoreTiles`: 12 bytes for each of `maxPairs`, and with `perText` 12 bytes
 * for each of N · perText.
 * @example
 * ```ts
 * import { SentenceEncoder } from 'yuju'
 * import { mineParaphrases } from 'yuju/mining'
 *
 * await using encoder = await SentenceEncoder.load('my-model')
 * const vectors = await encoder.encode(['花呗怎么还款', '今天天气不错', '花呗如何还钱'])
 * const [best] = await mineParaphrases(vectors, { maxPairs: 1 })
 * ```
 */
export async function mineParaphrases(
  vectors: Matrix,
  { threshold = -1, perText, maxPairs = 500_000, ...options }: ParaphraseOptions = {},
): Promise<ScoredPair[]> {
  requireScore('threshold', threshold)
  requireWhole('maxPairs', maxPairs)
  const { rows } = vectors
  // Rounding takes cosines a little below -1.
  const floor = threshold <= -1 ? Number.NEGATIVE_INFINITY : threshold
  const possible = (rows * (rows - 1)) / 2
  const pairs = new BestScores(1, Math.max(1, Math.min(maxPairs, possible)), floor)
  const tiles = scoreTiles([vectors, vectors], upperTiles(rows), options)
  if (perText === undefined) {
    for await (const tile of tiles) offerPairs(tile, pairs, rows)
  } else {
    const capacity = Math.max(1, Math.min(requireWhole('perText', perText), rows - 1))
    const nearest = new BestScores(rows, capacity, floor)
    for await (const tile of tiles) offerNeighbours(tile, nearest)
    offerNearest(nearest, pairs, rows)
  }
  return pairs.entries(0).map(({ id, score }) => {
    return { first: Math.floor(id / rows), second: id % rows, score }
  })
}

/** A pair's id: first · N + second. */
function offerPairs(
  { row, rows, column, columns, scores }: ScoredTile,
  pairs: BestScores,
  all: number,
) {
  const { floors } = pairs
  for (let i = 0; i < rows; i += 1) {
    for (let j = Math.max(0, row + i + 1 - column); j < columns; j += 1) {
      const score = scores[i * columns + j] as number
      if (score >= (floors[0] as number)) pairs.add(0, score, (row + i) * all + column + j)
    }
  }
}

/** Each of a pair is offered to the other. */
function offerNeighbours(
  { row, rows, column, columns, scores }: ScoredTile,
  nearest: BestScores,
): void {
  const { floors } = nearest
  for (let i = 0; i < rows; i += 1) {
    const first = row + i
    for (let j = Math.max(0, first + 1 - column); j < columns; j += 1) {
      const score = scores[i * columns + j] as number
      const second = column + j
      if (score >= (floors[first] as number)) nearest.add(first, score, second)
      if (score >= (floors[second] as number)) nearest.add(second, score, first)
    }
  }
}

function offerNearest(nearest: BestScores, pairs: BestScores, all: number): void {
  for (let row = 0; row < all; row += 1) {
    for (const { id, score } of nearest.entries(row)) {
      const isOffered = id < row && nearest.has(id, row)
      if (isOffered || score < (pairs.floors[0] as number)) continue
      pairs.add(0, score, Math.min(row, id) * all + Math.max(row, id))
    }
  }
}
