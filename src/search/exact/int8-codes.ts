import { type OutputRanges, outputRangesOf, quantizeRows, stepWidths } from '../../encoder/index.ts'
import type { Matrix } from '../../similarity/index.ts'
import type { RowCodes } from './row-codes.ts'
import { RowMemory, type ScoredBlock } from './row-memory.ts'

/** A code c stands for the middle of its step: smallest + (c + 128.5) · width. */
const MIDDLE = 128.5
const LARGEST_INT16 = 32_767
const LARGEST_SUM = 2 ** 31 - 1

/**
 * Rows as the int8 output of `encode` has them: 256 steps over the range of each dimension.
 *
 * With x ≈ s + (c + 128.5)·w, the inner product q·x is q·(s + 128.5 w) + Σ qᵢwᵢ·cᵢ. The query's qᵢwᵢ
 * are rounded to int16, as finely as keeps the sum below 2³¹, so that nearly all of the error is that
 * of the codes.
 */
export class Int8Codes implements RowCodes {
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
    const codes = quantizeRows(rows, 'int8', this.#ranges)
    this.#memory.reserve(start + rows.rows)
    for (let row = 0; row < rows.rows; row += 1) {
      const place = row * rows.dimensions
      this.#memory.set(start + row, codes.subarray(place, place + rows.dimensions))
    }
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
