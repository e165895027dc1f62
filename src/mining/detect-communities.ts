import { type Matrix, rowOf } from '../similarity/index.ts'
import { requireScore, requireWhole } from './options.ts'
import {
  type MiningOptions,
  type ScoredTile,
  scoreTiles,
  spansOf,
  type Tile,
  upperTiles,
} from './score-tiles.ts'

/** How similar and how many texts of a community are. */
export interface CommunityOptions extends MiningOptions {
  /** How similar its members are to the centre of a community, at least. Default 0.75. */
  readonly threshold?: number
  /** The fewest members, the centre among them. Default 10. */
  readonly minSize?: number
}

/**
 * Groups of rows of [N,D] around a centre, the largest group first. A group is its centre, then its
 * other members, the most similar to the centre first; no row is in two groups.
 *
 * Rows with the most others near them become centres first. What near rows belong to an earlier
 * group already is not counted; where too few are left, there is no group. Reference:
 * sentence-transformers' util.community_detection. There the near rows of all candidates are held at
 * once; here they are counted first, and found again for 64 candidates at a time: memory for
 * 16 · 64 · N bytes at most, beside that of `scoreTiles`.
 */
export async function detectCommunities(
  vectors: Matrix,
  { threshold = 0.75, minSize = 10, ...options }: CommunityOptions = {},
): Promise<number[][]> {
  const floor = Math.fround(requireScore('threshold', threshold))
  requireWhole('minSize', minSize)
  const counts = await countNear(vectors, floor, options)
  const centres = [...counts.keys()]
    .filter((row) => (counts[row] ?? 0) >= minSize)
    .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0))
  const groups = await gather(vectors, { centres, floor, minSize }, options)
  return groups.sort((a, b) => b.length - a.length)
}

/** For each row, how many are near it, itself among them: [N]. */
async function countNear(
  vectors: Matrix,
  floor: number,
  options: MiningOptions,
): Promise<Int32Array> {
  const counts = new Int32Array(vectors.rows)
  const tiles = scoreTiles([vectors, vectors], upperTiles(vectors.rows), options)
  for await (const { row, rows, column, columns, scores } of tiles) {
    for (let i = 0; i < rows; i += 1) {
      const first = row + i
      for (let j = Math.max(0, first - column); j < columns; j += 1) {
        if ((scores[i * columns + j] as number) < floor) continue
        counts[first] = (counts[first] as number) + 1
        const second = column + j
        if (second !== first) counts[second] = (counts[second] as number) + 1
      }
    }
  }
  return counts
}

/** Candidates whose members are looked for at once. */
const BATCH = 64

interface CommunitySearch {
  /** Candidates, in the order in which they become centres. */
  readonly centres: readonly number[]
  readonly floor: number
  readonly minSize: number
}

/** The members of one candidate that were found so far, and how similar they are to it. */
interface Members {
  readonly rows: number[]
  readonly scores: number[]
}

async function gather(
  vectors: Matrix,
  { centres, floor, minSize }: CommunitySearch,
  { onProgress, ...options }: MiningOptions,
): Promise<number[][]> {
  const isUsed = new Uint8Array(vectors.rows)
  const groups: number[][] = []
  let found: Members[] = []
  const plan = openTiles(centres, isUsed)
  for await (const tile of scoreTiles([selectRows(vectors, centres), vectors], plan, options)) {
    if (tile.column === 0) found = Array.from({ length: tile.rows }, newMembers)
    collect(tile, { found, isUsed, floor })
    if (tile.column + tile.columns < vectors.rows) continue
    for (const [at, members] of found.entries()) {
      const group = groupOf(centres[tile.row + at] ?? 0, members, isUsed)
      if (group.length < minSize) continue
      groups.push(group)
      for (const row of group) isUsed[row] = 1
    }
  }
  return groups
}

/** Tiles of candidates by all rows; those in which every candidate has a group already are skipped. */
function* openTiles(centres: readonly number[], isUsed: Uint8Array): Generator<Tile> {
  for (let row = 0; row < centres.length; row += BATCH) {
    const rows = Math.min(BATCH, centres.length - row)
    if (centres.slice(row, row + rows).every((centre) => isUsed[centre])) continue
    for (const [column, columns] of spansOf(isUsed.length)) yield { row, rows, column, columns }
  }
}

function newMembers(): Members {
  return { rows: [], scores: [] }
}

interface Collection {
  readonly found: readonly Members[]
  readonly isUsed: Uint8Array
  readonly floor: number
}

function collect(tile: ScoredTile, { found, isUsed, floor }: Collection): void {
  const { column, columns, scores } = tile
  for (const [i, members] of found.entries()) {
    for (let j = 0; j < columns; j += 1) {
      const score = scores[i * columns + j] as number
      if (score < floor || isUsed[column + j]) continue
      members.rows.push(column + j)
      members.scores.push(score)
    }
  }
}

/** The centre, then the members that are still free, the most similar first; empty if it is not free. */
function groupOf(centre: number, { rows, scores }: Members, isUsed: Uint8Array): number[] {
  if (isUsed[centre]) return []
  const order = [...rows.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
  const members = order.map((at) => rows[at] ?? 0)
  return [centre, ...members.filter((row) => row !== centre && !isUsed[row])]
}

function selectRows(matrix: Matrix, rows: readonly number[]): Matrix {
  const data = new Float32Array(rows.length * matrix.dimensions)
  for (const [at, row] of rows.entries()) data.set(rowOf(matrix, row), at * matrix.dimensions)
  return { data, rows: rows.length, dimensions: matrix.dimensions }
}
