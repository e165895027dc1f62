import { BestScores, type Matrix, type Scored } from '../../similarity/index.ts'
import type { StorePrecision, StoreSimilarity } from '../constants.ts'
import { BinaryRows, Int8Rows, type QuantizedRows } from './quantized-rows.ts'
import { RowMemory, type ScoredBlock } from './row-memory.ts'

export interface ExactIndexOptions {
  readonly dimensions: number
  readonly similarity: StoreSimilarity
  readonly precision: StorePrecision
}

export interface NearestOptions {
  readonly top: number
  /** Whether a row may be found. Default: every row. */
  readonly accepts?: (row: number) => boolean
}

/** Rows that are quantized at once. */
const QUANTIZED_ROWS = 4096
/** Rows that the quantization is measured on, at most. */
const MEASURED_ROWS = 16_384

/**
 * Vectors [N,D] in memory; a search looks at every one of them, in WebAssembly, on the thread that
 * calls. Of int8 and binary, the quantized values are looked at, and the best candidates scored again in
 * float32; the vectors are held in both.
 *
 * Memory: 4 · D bytes a row, D more for int8, D / 8 for binary.
 */
export class ExactIndex {
  readonly #options: ExactIndexOptions
  readonly #vectors: RowMemory
  readonly #quantized: QuantizedRows | undefined
  /** [N]: 1 / length of each vector. */
  #inverses = new Float32Array(64)
  #rows = 0
  /** How many rows there were when the quantization was measured. */
  #measured = 0

  constructor(options: ExactIndexOptions) {
    this.#options = options
    this.#vectors = new RowMemory(4 * options.dimensions, 4 * options.dimensions)
    this.#quantized = quantizedRowsOf(options)
  }

  get rows(): number {
    return this.#rows
  }

  /** The vector [D] of a row, a copy. */
  vector(row: number): Float32Array {
    return this.#vectors.float32(row, this.#options.dimensions).slice()
  }

  /** Makes room for so many rows. @throws StoreError when memory does not allow it. */
  reserve(rows: number): void {
    this.#vectors.reserve(rows)
    if (this.#inverses.length >= rows) return
    const longer = new Float32Array(Math.max(rows, 2 * this.#inverses.length))
    longer.set(this.#inverses)
    this.#inverses = longer
  }

  /** Writes vectors to rows, each of which is there already or the next one. */
  write(vectors: readonly { readonly row: number; readonly vector: Float32Array }[]): void {
    for (const { row, vector } of vectors) {
      this.#vectors.set(row, vector)
      this.#inverses[row] = this.#inverseOf(vector)
      this.#rows = Math.max(this.#rows, row + 1)
    }
    if (!this.#quantized) return
    if (this.#rows > 2 * this.#measured) this.#requantize(this.#quantized)
    else for (const { row } of vectors) this.#quantized.write(row, this.#unitRows(row, 1))
  }

  /** Removes a row; the last one takes its index. */
  remove(row: number): void {
    const last = this.#rows - 1
    this.#vectors.copy(last, row)
    this.#inverses[row] = this.#inverses[last] as number
    this.#quantized?.copy(last, row)
    this.#rows = last
  }

  /** The nearest rows, the best first; of equals, the smaller row. */
  nearest(query: Float32Array, { top, accepts }: NearestOptions): Scored[] {
    const unit = this.#options.similarity === 'dot' ? query : scaled(query, this.#inverseOf(query))
    const all = (): boolean => true
    if (this.#quantized)
      return this.#rescored(this.#quantized, unit, { top, accepts: accepts ?? all })
    const scores = this.#vectors.scores(unit, this.#rows, (kernels, range) =>
      kernels.dotFloat32(range.query, range.rows, range.count, range.width, range.scores),
    )
    return this.#best(scores, { top, accepts: accepts ?? all }, this.#inverses)
  }

  #rescored(
    quantized: QuantizedRows,
    unit: Float32Array,
    options: Required<NearestOptions>,
  ): Scored[] {
    const { factor, least } = quantized.oversampling
    const top = Math.max(options.top * factor, least)
    const candidates = this.#best(
      quantized.scores(unit, this.#rows),
      { ...options, top },
      undefined,
    )
    return candidates
      .map(({ id }) => ({ id, score: this.#score(unit, id) }))
      .sort((a, b) => b.score - a.score || a.id - b.id)
      .slice(0, options.top)
  }

  /** The best of all scores, each times its row's factor. */
  #best(
    blocks: Iterable<ScoredBlock>,
    { top, accepts }: Required<NearestOptions>,
    factors: Float32Array | undefined,
  ): Scored[] {
    const best = new BestScores(1, Math.max(1, Math.min(top, this.#rows)))
    const { floors } = best
    for (const { start, rows, scores } of blocks) {
      for (let i = 0; i < rows; i += 1) {
        const factor = factors === undefined ? 1 : (factors[start + i] as number)
        const score = Math.fround((scores[i] as number) * factor)
        if (score >= (floors[0] as number) && accepts(start + i)) best.add(0, score, start + i)
      }
    }
    return best.entries(0)
  }

  #score(unit: Float32Array, row: number): number {
    const vector = this.#vectors.float32(row, this.#options.dimensions)
    let sum = 0
    for (let i = 0; i < vector.length; i += 1) sum += (vector[i] as number) * (unit[i] as number)
    return Math.fround(sum * (this.#inverses[row] as number))
  }

  /** Quantizes all rows anew, by a new measure: the rows of the last one no longer stand for all. */
  #requantize(quantized: QuantizedRows): void {
    const stride = Math.ceil(this.#rows / MEASURED_ROWS)
    quantized.measure(this.#unitRows(0, Math.floor(this.#rows / stride), stride))
    this.#measured = this.#rows
    for (let start = 0; start < this.#rows; start += QUANTIZED_ROWS) {
      quantized.write(start, this.#unitRows(start, Math.min(QUANTIZED_ROWS, this.#rows - start)))
    }
  }

  /** Every so many-th of the rows, of length 1 where the cosine is what counts. */
  #unitRows(start: number, rows: number, stride = 1): Matrix {
    const { dimensions } = this.#options
    const data = new Float32Array(rows * dimensions)
    for (let row = 0; row < rows; row += 1) {
      const source = start + row * stride
      const vector = this.#vectors.float32(source, dimensions)
      data.set(scaled(vector, this.#inverses[source] as number), row * dimensions)
    }
    return { data, rows, dimensions }
  }

  /** 1 / ‖x‖₂ where the cosine is what counts, else 1; of zeros, which are like nothing, 0. */
  #inverseOf(vector: Float32Array): number {
    if (this.#options.similarity === 'dot') return 1
    let squares = 0
    for (let i = 0; i < vector.length; i += 1) squares += (vector[i] as number) ** 2
    return squares === 0 ? 0 : 1 / Math.sqrt(squares)
  }
}

function quantizedRowsOf({ dimensions, precision }: ExactIndexOptions): QuantizedRows | undefined {
  switch (precision) {
    case 'float32':
      return undefined
    case 'int8':
      return new Int8Rows(dimensions)
    case 'binary':
      return new BinaryRows(dimensions)
    default:
      return precision satisfies never
  }
}

function scaled(vector: Float32Array, factor: number): Float32Array {
  return vector.map((value) => value * factor)
}
