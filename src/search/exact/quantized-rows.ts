import { type OutputRanges, outputRangesOf, quantizeRows, stepWidths } from '../../encoder/index.ts'
import type { Matrix } from '../../similarity/index.ts'
import { RowMemory, type ScoredBlock } from './row-memory.ts'

/** Quantized rows, by which many are scored fast and nearly right. */
export interface QuantizedRows {
  /** Best candidates to be scored again for each one that is wanted, and at least so many. */
  readonly oversampling: { readonly factor: number; readonly least: number }
  /** Measures the quantization on some rows; what was written before is of no use afterwards. */
  measure(sample: Matrix): void
  /** Quantizes and writes rows that begin at `start`. */
  write(start: number, rows: Matrix): void
  copy(from: number, to: number): void
  /** Scores the first `count` rows. */
  scores(query: Float32Array, count: number): Iterable<ScoredBlock>
}

/** A quantized value c stands for the middle of its step: smallest + (c + 128.5) · width. */
const MIDDLE = 128.5
const LARGEST_INT16 = 32_767
const LARGEST_SUM = 2 ** 31 - 1

/**
 * Rows as the int8 output of `encode` has them: 256 steps over the range of each dimension.
 *
 * With x ≈ s + (c + 128.5)·w, the inner product q·x is q·(s + 128.5 w) + Σ qᵢwᵢ·cᵢ. The query's qᵢwᵢ
 * are rounded to int16, as finely as keeps the sum below 2³¹, so that nearly all of the error is that
 * of the quantized values.
 */
export class Int8Rows implements QuantizedRows {
  readonly oversampling = { factor: 4, least: 40 }
  readonly #memory: RowMemory
  #ranges: OutputRanges = { smallest: new Float32Array(), largest: new Float32Array() }
  #widths = new Float32Array()

  constructor(dimensions: number) {
    this.#memory = new RowMemory(dimensions, 2 * dimensions + 32)
  }

  measure(sample: Matrix): void {
    this.#ranges = outputRangesOf(sample)
    this.#widths = Float32Array.from(stepWidths(this.#ranges))
  }

  write(start: number, rows: Matrix): void {
    this.#memory.write(start, quantizeRows(rows, 'int8', this.#ranges), rows.rows)
  }

  copy(from: number, to: number): void {
    this.#memory.copy(from, to)
  }

  scores(query: Float32Array, count: number): Iterable<ScoredBlock> {
    const { smallest } = this.#ranges
    const weights = query.map((value, i) => value * (this.#widths[i] as number))
    const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)
    const limit = Math.min(LARGEST_INT16, Math.floor(LARGEST_SUM / (128 * query.length)))
    const scale = largest / limit || 1
    const offset = query.reduce((sum, value, i) => {
      return sum + value * ((smallest[i] as number) + MIDDLE * (this.#widths[i] as number))
    }, 0)
    const rounded = Int16Array.from(weights, (weight) => Math.round(weight / scale))
    return this.#memory.scores(rounded, count, (kernels, { rows, count: some, width, ...at }) =>
      kernels.dotInt8(at.query, rows, some, width, at.scores, scale, offset),
    )
  }
}

/**
 * One bit a value: whether it is above the mean of its dimension. Vectors of language models lie to
 * one side of zero in many dimensions, where the sign alone would say nothing. Rows are compared by
 * the number of bits in which they differ.
 */
export class BinaryRows implements QuantizedRows {
  readonly oversampling = { factor: 40, least: 200 }
  readonly #memory: RowMemory
  #means = new Float32Array()

  constructor(dimensions: number) {
    const bytes = Math.ceil(dimensions / 8)
    this.#memory = new RowMemory(bytes, bytes)
  }

  measure({ data, rows, dimensions }: Matrix): void {
    const sums = new Float64Array(dimensions)
    for (let i = 0; i < data.length; i += 1) {
      sums[i % dimensions] = (sums[i % dimensions] as number) + (data[i] as number)
    }
    this.#means = Float32Array.from(sums, (sum) => sum / Math.max(1, rows))
  }

  write(start: number, rows: Matrix): void {
    this.#memory.write(start, this.#bits(rows), rows.rows)
  }

  copy(from: number, to: number): void {
    this.#memory.copy(from, to)
  }

  scores(query: Float32Array, count: number): Iterable<ScoredBlock> {
    const bits = this.#bits({ data: query, rows: 1, dimensions: query.length })
    return this.#memory.scores(bits, count, (kernels, { query: at, rows, count: some, ...rest }) =>
      kernels.hamming(at, rows, some, rest.width, rest.scores),
    )
  }

  #bits(matrix: Matrix): Uint8Array {
    const { dimensions } = matrix
    const data = matrix.data.map((value, i) => value - (this.#means[i % dimensions] as number))
    return quantizeRows({ ...matrix, data }, 'ubinary')
  }
}
