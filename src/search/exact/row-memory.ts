import { StoreError } from '../../errors/index.ts'
import { kernelsOf, Memory, PAGE_BYTES, type WasmMemory } from '../../web-assembly/index.ts'
import { kernelBytes } from './generated/kernels.ts'

/**
 * The numeric loops of exact search, in WebAssembly (assembly/nearest.ts tells each formula).
 * Pointers are byte offsets into the memory they were created over.
 */
interface NearestKernels {
  dotFloat32(query: number, rows: number, count: number, width: number, scores: number): void
  dotInt8(
    query: number,
    rows: number,
    count: number,
    width: number,
    scores: number,
    scale: number,
    offset: number,
  ): void
  hamming(query: number, rows: number, count: number, width: number, scores: number): void
}

const createNearestKernels = kernelsOf<NearestKernels>(kernelBytes)

/** Rows that are scored at once: their scores stay in the processor's nearest cache. */
const BLOCK_ROWS = 4096
const VECTOR_BYTES = 16
/** One page less than WebAssembly's 4 GiB, so that the end of a range is never offset 0. */
const LARGEST_PAGES = 65_535
/** Memory grows by this share of what there is, so that rows can come one by one. */
const GROWTH = 1.5

type Bytes = Uint8Array | Int8Array | Int16Array | Float32Array

/** Scores of some rows in a row. */
export interface ScoredBlock {
  /** The first row. */
  readonly start: number
  readonly rows: number
  /** [rows], overwritten by the next block. */
  readonly scores: Float32Array
}

/** Where a kernel finds a query and rows, and leaves scores: byte offsets, and how many rows. */
interface KernelRange {
  readonly query: number
  readonly rows: number
  readonly count: number
  readonly width: number
  readonly scores: number
}

/**
 * Rows of equally many bytes in one WebAssembly memory, each filled up with zeros to a multiple of
 * 16, with room for a query and a block of scores in front of them. It grows as rows come.
 */
export class RowMemory {
  readonly #memory: WasmMemory
  readonly #kernels: NearestKernels
  /** Bytes of a row, padding included. */
  readonly #width: number
  readonly #rowsAt: number
  readonly #scoresAt: number

  /**
   * @param rowBytes of a row
   * @param queryBytes of a query
   */
  constructor(rowBytes: number, queryBytes: number) {
    this.#width = padded(rowBytes)
    this.#scoresAt = VECTOR_BYTES + padded(queryBytes)
    this.#rowsAt = this.#scoresAt + 4 * BLOCK_ROWS
    const pages = Math.ceil(this.#rowsAt / PAGE_BYTES)
    this.#memory = new Memory({ initial: pages, maximum: LARGEST_PAGES })
    this.#kernels = createNearestKernels(this.#memory)
  }

  /**
   * Makes room for so many rows.
   * @throws StoreError when they are more than 4 GiB, or the machine has not that much to give.
   */
  reserve(rows: number): void {
    const there = this.#memory.buffer.byteLength / PAGE_BYTES
    const needed = Math.ceil((this.#rowsAt + rows * this.#width) / PAGE_BYTES)
    if (needed <= there) return
    const wanted = Math.min(Math.max(needed, Math.ceil(there * GROWTH)), LARGEST_PAGES)
    try {
      this.#memory.grow(Math.max(wanted, needed) - there)
    } catch (cause) {
      const bytes = needed * PAGE_BYTES
      throw new StoreError(
        'store-memory-full',
        `${rows} vectors take ${bytes} bytes of memory, which cannot be had, or pass 4 GiB; ` +
          'keep them in a LanceDB store',
        { facts: { rows, bytes }, cause },
      )
    }
  }

  /** Makes room for rows that begin at `start`, and writes them. @param content of all rows */
  write(start: number, content: Uint8Array | Int8Array, rows: number): void {
    this.reserve(start + rows)
    const length = content.length / rows
    for (let row = 0; row < rows; row += 1) {
      this.set(start + row, content.subarray(row * length, (row + 1) * length))
    }
  }

  /** Writes a row there is room for. */
  set(row: number, content: Bytes): void {
    const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
    new Uint8Array(this.#memory.buffer).set(bytes, this.#rowsAt + row * this.#width)
  }

  copy(from: number, to: number): void {
    const start = this.#rowsAt + from * this.#width
    const target = this.#rowsAt + to * this.#width
    new Uint8Array(this.#memory.buffer).copyWithin(target, start, start + this.#width)
  }

  /** The first `length` float32 numbers of a row; a view, which the next `reserve` may end. */
  float32(row: number, length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#memory.buffer, this.#rowsAt + row * this.#width, length)
  }

  /** Scores the first `count` rows, block by block. */
  *scores(
    query: Bytes,
    count: number,
    kernel: (kernels: NearestKernels, range: KernelRange) => void,
  ): Generator<ScoredBlock, void, void> {
    const { buffer } = this.#memory
    const bytes = new Uint8Array(query.buffer, query.byteOffset, query.byteLength)
    const target = new Uint8Array(buffer, VECTOR_BYTES, this.#scoresAt - VECTOR_BYTES)
    target.fill(0)
    target.set(bytes)
    for (let start = 0; start < count; start += BLOCK_ROWS) {
      const rows = Math.min(BLOCK_ROWS, count - start)
      kernel(this.#kernels, {
        query: VECTOR_BYTES,
        rows: this.#rowsAt + start * this.#width,
        count: rows,
        width: this.#width,
        scores: this.#scoresAt,
      })
      yield { start, rows, scores: new Float32Array(buffer, this.#scoresAt, rows) }
    }
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / VECTOR_BYTES) * VECTOR_BYTES
}
