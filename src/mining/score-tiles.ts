import { InputError } from '../errors/index.ts'
import { Graph } from '../graph/index.ts'
import { matrixProduct } from '../graph/operations.ts'
import { type Backend, createSession, type Session, type Tensor } from '../runtime/index.ts'
import { type Matrix, rowOf, unitRows } from '../similarity/index.ts'

/** What every way of mining takes. */
export interface MiningOptions {
  /** Threads of the matrix products. Default: the physical cores. */
  readonly threads?: number
  readonly backend?: Backend
  readonly signal?: AbortSignal
  /** Called with how many scores are computed. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
}

/** A rectangle of the matrix of all scores: where it begins, and its size. */
export interface Tile {
  readonly row: number
  readonly rows: number
  readonly column: number
  readonly columns: number
}

export interface ScoredTile extends Tile {
  /** [rows · columns], row-major. */
  readonly scores: Float32Array
}

/** Rows and columns of a tile, at most: its scores take 16 MB. */
const SIDE = 2048
/** Tiles requested of the runtime while the last one is looked at. */
const AHEAD = 2

/** All of the matrix [rows, columns], a row of tiles after the other. */
export function allTiles(rows: number, columns: number): Tile[] {
  return spansOf(rows).flatMap(([row, height]) =>
    spansOf(columns).map(([column, width]) => ({ row, rows: height, column, columns: width })),
  )
}

/**
 * The tiles of [rows, rows] on and above the diagonal, a column of tiles after the other, the one
 * on the diagonal last.
 */
export function upperTiles(rows: number): Tile[] {
  return spansOf(rows).flatMap(([column, columns]) =>
    spansOf(column + columns).map(([row, height]) => ({ row, rows: height, column, columns })),
  )
}

/** Where each span of `size` rows begins, and how long it is. */
export function spansOf(size: number): [start: number, length: number][] {
  return Array.from({ length: Math.ceil(size / SIDE) }, (_, at) => [
    at * SIDE,
    Math.min(SIDE, size - at * SIDE),
  ])
}

/**
 * The cosine similarities of rows of a [N,D] and rows of b [M,D], tile by tile, in the order of
 * `plan`. The products are ONNX Runtime's; the next tiles are computed while one is looked at.
 * Memory: unit vectors of both, and about 100 MB, whatever N and M.
 * @throws InputError when dimensions differ or a vector holds NaN or an infinity.
 */
export async function* scoreTiles(
  [a, b]: readonly [Matrix, Matrix],
  plan: Iterable<Tile>,
  { threads, backend, signal, onProgress }: MiningOptions = {},
): AsyncGenerator<ScoredTile, void, void> {
  const left = unitVectors(a)
  const right = a === b ? left : unitVectors(b)
  const total = Array.isArray(plan) ? plan.reduce((sum, tile) => sum + sizeOf(tile), 0) : 0
  const session = await createSession(productGraph(left, right), {
    ...(threads === undefined ? {} : { threads }),
    ...(backend === undefined ? {} : { backend }),
  })
  try {
    let done = 0
    for await (const tile of ahead(plan, (next) => productOf(session, [left, right], next))) {
      signal?.throwIfAborted()
      yield tile
      done += sizeOf(tile)
      onProgress?.({ done, total })
    }
  } finally {
    await session.dispose()
  }
}

function sizeOf({ rows, columns }: Tile): number {
  return rows * columns
}

/** The scores of each tile, those of the next ones requested already. */
async function* ahead(
  plan: Iterable<Tile>,
  score: (tile: Tile) => Promise<Tensor>,
): AsyncGenerator<ScoredTile, void, void> {
  const requested: { readonly tile: Tile; readonly product: Promise<Tensor> }[] = []
  const give = async ({ tile, product }: (typeof requested)[number]) => {
    return { ...tile, scores: (await product).data as Float32Array }
  }
  for (const tile of plan) {
    requested.push({ tile, product: score(tile) })
    const [first] = requested
    if (first === undefined || requested.length <= AHEAD) continue
    requested.shift()
    yield await give(first)
  }
  for (const last of requested) yield await give(last)
}

/** a·bᵀ of rows of two matrices. */
function productGraph({ dimensions }: Matrix, other: Matrix): Graph {
  if (dimensions !== other.dimensions) {
    throw new InputError(
      'mining-dimensions',
      `vectors must have equally many dimensions, but have ${dimensions} and ${other.dimensions}; ` +
        'encode both with one model',
      { facts: { left: dimensions, right: other.dimensions } },
    )
  }
  const graph = new Graph()
  const a = graph.input('a', 'float32', ['A', dimensions])
  const b = graph.input('b', 'float32', ['B', dimensions])
  graph.output('scores', matrixProduct(a, b, { transB: true }))
  return graph
}

function productOf(
  session: Session,
  [left, right]: readonly [Matrix, Matrix],
  { row, rows, column, columns }: Tile,
): Promise<Tensor> {
  const a = rowsTensor(left, row, rows)
  const product = session.run({ a, b: rowsTensor(right, column, columns) }, 'scores')
  // A tile nobody waits for any more is refused when the session is disposed.
  product.catch(() => {})
  return product
}

/** A copy: the session takes the buffers it is given. */
function rowsTensor({ data, dimensions }: Matrix, start: number, rows: number): Tensor {
  const copy = data.slice(start * dimensions, (start + rows) * dimensions)
  return { type: 'float32', dims: [rows, dimensions], data: copy }
}

function unitVectors(matrix: Matrix): Matrix {
  for (let row = 0; row < matrix.rows; row += 1) {
    if (rowOf(matrix, row).every(Number.isFinite)) continue
    throw new InputError(
      'mining-not-finite',
      `the vector of row ${row} (from 0) holds NaN or an infinity; the model gives broken vectors`,
      { facts: { row } },
    )
  }
  return unitRows(matrix)
}
