import type { AtomicFile } from './atomic-file.ts'
import type { VectorBlock, VectorWriter } from './vector-writer.ts'

/** The header's whole size, a multiple of 64 as the format asks; room for any shape. */
const HEADER_BYTES = 128
const PREAMBLE = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]

/**
 * Streams NumPy's `.npy`, version 1.0. The header stands first but holds the number of rows, so it
 * is written again at the end. Numbers are written as the machine holds them: little-endian.
 * Reference: numpy.lib.format.
 */
export class NpyWriter implements VectorWriter {
  readonly #file: AtomicFile
  #type = '<f4'
  #rows = 0
  #width = 0

  constructor(file: AtomicFile) {
    this.#file = file
  }

  async write({ data, rows }: VectorBlock): Promise<void> {
    if (rows === 0) return
    if (this.#rows === 0) {
      this.#type = elementType(data)
      this.#width = data.length / rows
      await this.#file.write(this.#header())
    }
    this.#rows += rows
    await this.#file.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }

  async finish(): Promise<void> {
    await this.#file.overwriteStart(this.#header())
    await this.#file.commit()
  }

  abort(): Promise<void> {
    return this.#file.abort()
  }

  #header(): Uint8Array {
    const shape = `(${this.#rows}, ${this.#width})`
    const fields = `{'descr': '${this.#type}', 'fortran_order': False, 'shape': ${shape}, }`
    const length = HEADER_BYTES - PREAMBLE.length - 2
    const padded = `${fields.padEnd(length - 1)}\n`
    return Uint8Array.from([...PREAMBLE, length, 0, ...new TextEncoder().encode(padded)])
  }
}

function elementType(data: VectorBlock['data']): string {
  if (data instanceof Float32Array) return '<f4'
  return data instanceof Int8Array ? '|i1' : '|u1'
}
