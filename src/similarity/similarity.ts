import type { SimilarityName } from '../checkpoint/portable.ts'
import { InputError } from '../errors/index.ts'
import { type Matrix, rowOf } from './matrix.ts'

/** How similar two vectors are: larger is more similar. Distances are negated, as in the reference. */
type Similarity = (a: Float32Array, b: Float32Array) => number

/** Σ aᵢbᵢ */
function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number)
  return sum
}

/** a·b / (‖a‖‖b‖); a vector of zeros is like nothing: 0. */
function cosine(a: Float32Array, b: Float32Array): number {
  const lengths = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b))
  return lengths === 0 ? 0 : dot(a, b) / lengths
}

/** -‖a - b‖₂ */
function euclidean(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += ((a[i] as number) - (b[i] as number)) ** 2
  return -Math.sqrt(sum)
}

/** -Σ |aᵢ - bᵢ| */
function manhattan(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += Math.abs((a[i] as number) - (b[i] as number))
  return -sum
}

const SIMILARITIES: Readonly<Record<SimilarityName, Similarity>> = {
  cosine,
  dot,
  euclidean,
  manhattan,
}

/**
 * The similarity of two vectors [D]; sums are in float64.
 * Reference: sentence-transformers' util.similarity (distances negated).
 * @throws InputError when the vectors have different lengths.
 */
export function similarityOf(name: SimilarityName, a: Float32Array, b: Float32Array): number {
  requireSameDimensions(a.length, b.length)
  return SIMILARITIES[name](a, b)
}

/**
 * Row by row: a [N,D] and b [N,D] give [N].
 * @throws InputError when rows or dimensions differ.
 */
export function pairwiseSimilarity(name: SimilarityName, a: Matrix, b: Matrix): Float64Array {
  requireSameDimensions(a.dimensions, b.dimensions)
  if (a.rows !== b.rows) {
    throw new InputError(
      'similarity-rows',
      `pairs need as many rows on both sides, but got ${a.rows} and ${b.rows}`,
      { facts: { left: a.rows, right: b.rows } },
    )
  }
  return Float64Array.from({ length: a.rows }, (_, row) =>
    SIMILARITIES[name](rowOf(a, row), rowOf(b, row)),
  )
}

/** A block of rows of the all-pairs matrix. */
export interface SimilarityBlock {
  /** The index of its first row. */
  readonly start: number
  readonly rows: number
  /** [rows · columns], row-major. */
  readonly scores: Float32Array
}

/**
 * Every row of a [N,D] with every row of b [M,D], `blockRows` rows of a at a time, so that no more
 * than one block [blockRows,M] is in memory. The block's buffer is used again for the next one.
 */
export function* allPairsSimilarity(
  name: SimilarityName,
  [a, b]: readonly [Matrix, Matrix],
  blockRows = 256,
): Generator<SimilarityBlock> {
  requireSameDimensions(a.dimensions, b.dimensions)
  const [left, right] = name === 'cosine' ? [unitRows(a), unitRows(b)] : [a, b]
  const similarity = SIMILARITIES[name === 'cosine' ? 'dot' : name]
  const buffer = new Float32Array(Math.min(blockRows, a.rows) * b.rows)
  for (let start = 0; start < a.rows; start += blockRows) {
    const rows = Math.min(blockRows, a.rows - start)
    fillBlock(buffer, { start, rows, left, right, similarity })
    yield { start, rows, scores: buffer.subarray(0, rows * b.rows) }
  }
}

interface BlockTask {
  readonly start: number
  readonly rows: number
  readonly left: Matrix
  readonly right: Matrix
  readonly similarity: Similarity
}

/** The rows of `right` are walked in short runs, so that a run stays in the processor's cache. */
function fillBlock(
  buffer: Float32Array,
  { start, rows, left, right, similarity }: BlockTask,
): void {
  const run = 64
  for (let first = 0; first < right.rows; first += run) {
    const end = Math.min(first + run, right.rows)
    for (let row = 0; row < rows; row += 1) {
      const vector = rowOf(left, start + row)
      for (let column = first; column < end; column += 1) {
        buffer[row * right.rows + column] = similarity(vector, rowOf(right, column))
      }
    }
  }
}

/** The rows scaled to length 1; rows of zeros stay zeros. */
export function unitRows(matrix: Matrix): Matrix {
  const data = new Float32Array(matrix.data)
  for (let row = 0; row < matrix.rows; row += 1) {
    const vector = data.subarray(row * matrix.dimensions, (row + 1) * matrix.dimensions)
    const length = Math.sqrt(dot(vector, vector))
    if (length > 0)
      vector.forEach((value, i) => {
        vector[i] = value / length
      })
  }
  return { ...matrix, data }
}

function requireSameDimensions(a: number, b: number): void {
  if (a === b) return
  throw new InputError(
    'similarity-dimensions',
    `vectors must have equally many dimensions, but have ${a} and ${b}; encode both with one model`,
    { facts: { left: a, right: b } },
  )
}
