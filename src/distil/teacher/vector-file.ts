import { constants, type FileHandle, open, rename } from 'node:fs/promises'
import { fromHalves, toHalves } from '../../checkpoint/index.ts'
import { InputError } from '../../errors/index.ts'
import { outputError } from '../../files/index.ts'
import type { Matrix } from '../../similarity/index.ts'

const MAGIC = 'yujuvec2'
const HEADER_BYTES = 16
const PARTIAL = '.partial'

/**
 * Rows of float16 on disk: `yujuvec2`, N and D (uint32), N x D numbers; little-endian. While it is
 * written it has the ending `.partial`, and can be gone on with.
 */
export class VectorFile {
  readonly #path: string
  readonly #handle: FileHandle
  /** Rows it shall have. */
  readonly #rows: number
  #isWhole: boolean
  #dimensions = 0
  #written = 0

  private constructor(path: string, handle: FileHandle, shape: Shape) {
    this.#path = path
    this.#handle = handle
    this.#rows = shape.rows
    this.#isWhole = shape.isWhole
  }

  /**
   * Opens what there is, whole or begun, or begins a new one.
   * @throws InputError when what is there is damaged; OutputError when it cannot be written.
   */
  static async open(path: string, rows: number): Promise<VectorFile> {
    const whole = await open(path, 'r').catch(() => undefined)
    const handle = whole ?? (await openPartial(path))
    const file = new VectorFile(path, handle, { rows, isWhole: whole !== undefined })
    try {
      await file.#readHeader()
      return file
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Whether all rows are there and the file has its name. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** D; 0 while no row is there. */
  get dimensions(): number {
    return this.#dimensions
  }

  /** Rows that are there, in order from the first. */
  get written(): number {
    return this.#written
  }

  /** Adds rows after those that are there. */
  async append({ data, rows, dimensions }: Matrix): Promise<void> {
    await this.#guard(async () => {
      if (this.#dimensions === 0) await this.#writeHeader(dimensions)
      const halves = toHalves(Float32Array.from(data))
      const place = HEADER_BYTES + this.#written * 2 * dimensions
      await this.#handle.write(new Uint8Array(halves.buffer), 0, halves.byteLength, place)
      await this.#handle.datasync()
      this.#written += rows
    })
  }

  /** Gives a file that has all its rows its name. */
  async commit(): Promise<void> {
    await this.#guard(async () => {
      await this.#handle.sync()
      await rename(this.#path + PARTIAL, this.#path)
      this.#isWhole = true
    })
  }

  /** Some rows, in the order asked for; nothing else is read. */
  async read(rows: readonly number[]): Promise<Matrix> {
    const rowBytes = 2 * this.#dimensions
    const bytes = new Uint8Array(rows.length * rowBytes)
    await Promise.all(
      rows.map((row, place) =>
        this.#handle.read(bytes, place * rowBytes, rowBytes, HEADER_BYTES + row * rowBytes),
      ),
    )
    const data = fromHalves(new Uint16Array(bytes.buffer))
    return { data, rows: rows.length, dimensions: this.#dimensions }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  /** A file of which not even the header was written counts as new. */
  async #readHeader(): Promise<void> {
    const header = Buffer.alloc(HEADER_BYTES)
    const { bytesRead } = await this.#handle.read(header, 0, HEADER_BYTES, 0)
    if (bytesRead < HEADER_BYTES && !this.#isWhole) return
    const dimensions = header.readUInt32LE(12)
    const { size } = await this.#handle.stat()
    const written = Math.floor((size - HEADER_BYTES) / (2 * dimensions))
    const isOurs =
      header.toString('latin1', 0, 8) === MAGIC && header.readUInt32LE(8) === this.#rows
    const fits = this.#isWhole ? written === this.#rows : written <= this.#rows
    if (!isOurs || dimensions === 0 || !fits) throw damaged(this.#path, this.#rows)
    this.#dimensions = dimensions
    this.#written = written
  }

  async #writeHeader(dimensions: number): Promise<void> {
    const header = Buffer.alloc(HEADER_BYTES)
    header.write(MAGIC, 'latin1')
    header.writeUInt32LE(this.#rows, 8)
    header.writeUInt32LE(dimensions, 12)
    await this.#handle.write(header, 0, HEADER_BYTES, 0)
    this.#dimensions = dimensions
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (cause) {
      throw outputError(this.#path, cause)
    }
  }
}

interface Shape {
  readonly rows: number
  readonly isWhole: boolean
}

async function openPartial(path: string): Promise<FileHandle> {
  try {
    return await open(path + PARTIAL, constants.O_RDWR | constants.O_CREAT)
  } catch (cause) {
    throw outputError(path, cause)
  }
}

function damaged(path: string, rows: number): InputError {
  return new InputError(
    'teacher-cache-damaged',
    `${path} is no file of ${rows} vectors; remove it (or ${path}${PARTIAL}), and they are ` +
      'computed again',
    { facts: { path, rows } },
  )
}
