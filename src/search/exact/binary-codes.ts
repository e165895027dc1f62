import { quantizeRows } from '../../encoder/index.ts'
import type { Matrix } from '../../similarity/index.ts'
import type { RowCodes } from './row-codes.ts'
import { RowMemory, type ScoredBlock } from './row-memory.ts'

/**
 * One bit a number: whether it is above the mean of its dimension. Vectors of language models lie to
 * one side of zero in many dimensions, where the sign alone would say nothing. Rows are compared by
 * the number of bits in which they differ.
 */
export class BinaryCodes implements RowCodes {
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
    const codes = this.#bits(rows)
    const width = Math.ceil(rows.dimensions / 8)
    this.#memory.reserve(start + rows.rows)
    for (let row = 0; row < rows.rows; row += 1) {
      this.#memory.set(start + row, codes.subarray(row * width, (row + 1) * width))
    }
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
