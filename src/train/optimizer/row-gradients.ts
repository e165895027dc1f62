import { InputError } from '../../errors/index.ts'
import type { Kernels } from './kernels.ts'
import type { ParameterMemory, ParameterSlot } from './parameter-memory.ts'

/** Which row of the table each row of a gradient belongs to. */
export type RowIds = Int32Array | BigInt64Array

/** Rows next to each other that all had a gradient once, or all never had. */
export interface RowRun {
  readonly firstRow: number
  readonly rows: number
  readonly touched: boolean
}

/** Rows from outside the memory come in so many at a time: they stay in the processor's cache. */
const STAGED_ROWS = 64

/**
 * The gradient of a table [V,H] that comes as rows: sums them in the table's `total`, which is zero
 * wherever no row has come since `clear`, and remembers which rows ever had a gradient.
 */
export class RowGradients {
  /** [V], 1 where a row ever had a gradient: the moments of all others are zero. */
  readonly touched: Uint8Array
  readonly #memory: ParameterMemory
  readonly #kernels: Kernels
  readonly #name: string
  readonly #width: number
  /** The byte offset of the sums. */
  readonly #total: number
  readonly #current: Set<number> = new Set()

  /** @throws InputError when the parameter is no table. */
  constructor(memory: ParameterMemory, kernels: Kernels, { name, shape }: ParameterSlot) {
    const [rows, width] = shape
    if (rows === undefined || width === undefined || shape.length > 2) {
      throw new InputError(
        'sparse-shape',
        `a sparse parameter must be a table [V,H], but ${name} is [${shape.join(',')}]`,
        { facts: { name, shape } },
      )
    }
    this.#memory = memory
    this.#kernels = kernels
    this.#name = name
    this.#width = width
    this.#total = memory.offset(name, 'total')
    this.touched = new Uint8Array(rows)
  }

  /**
   * Adds rows [K,H] to the rows `ids` [K]; an id may come more than once.
   * @throws InputError when the sizes do not fit, or for an id that is no row of the table.
   */
  add(ids: RowIds, rows: Float32Array): void {
    const indices = this.#indicesOf(ids, rows)
    if (rows.buffer === this.#memory.wasm.buffer) this.#addAt(indices, rows.byteOffset)
    else this.#addStaged(indices, rows)
  }

  sumOfSquares(): number {
    let sum = 0
    for (const row of this.#current) {
      sum += this.#kernels.sumOfSquares(this.#offsetOf(row), this.#width)
    }
    return sum
  }

  /** Forgets the sums, not which rows ever had a gradient. */
  clear(): void {
    const total = this.#memory.view(this.#name, 'total')
    for (const row of this.#current) total.fill(0, row * this.#width, (row + 1) * this.#width)
    this.#current.clear()
  }

  /** All rows of the table in their order, as few runs as possible. */
  *runs(): Generator<RowRun> {
    for (let firstRow = 0; firstRow < this.touched.length; ) {
      const kind = this.touched[firstRow]
      const next = this.touched.indexOf(kind === 0 ? 1 : 0, firstRow)
      const end = next === -1 ? this.touched.length : next
      yield { firstRow, rows: end - firstRow, touched: kind === 1 }
      firstRow = end
    }
  }

  #addStaged(indices: Int32Array, rows: Float32Array): void {
    const staging = this.#memory.view(this.#name, 'gradient')
    const staged = Math.min(STAGED_ROWS, this.touched.length)
    for (let row = 0; row < indices.length; row += staged) {
      staging.set(rows.subarray(row * this.#width, (row + staged) * this.#width))
      this.#addAt(indices.slice(row, row + staged), staging.byteOffset)
    }
  }

  #addAt(indices: Int32Array, offset: number): void {
    for (const [i, row] of indices.entries()) {
      const source = offset + i * this.#width * 4
      this.#kernels.add(this.#offsetOf(row), source, this.#width)
      this.#current.add(row)
      this.touched[row] = 1
    }
  }

  #offsetOf(row: number): number {
    return this.#total + row * this.#width * 4
  }

  #indicesOf(ids: RowIds, rows: Float32Array): Int32Array {
    const facts = { name: this.#name, ids: ids.length, numbers: rows.length, width: this.#width }
    if (rows.length !== ids.length * this.#width) {
      throw new InputError(
        'sparse-rows',
        `${ids.length} rows of ${this.#width} numbers were expected as gradient of ${this.#name}, ` +
          `but ${rows.length} numbers came`,
        { facts },
      )
    }
    const indices = Int32Array.from(ids, Number)
    const stray = indices.findIndex((row) => row < 0 || row >= this.touched.length)
    if (stray === -1) return indices
    throw new InputError(
      'sparse-row-id',
      `${this.#name} has rows 0 to ${this.touched.length - 1}, but a gradient came for row ` +
        `${indices[stray]}`,
      { facts: { ...facts, row: indices[stray], rows: this.touched.length } },
    )
  }
}
