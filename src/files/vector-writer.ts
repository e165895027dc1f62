import { AtomicFile, outputFormatOf } from './atomic-file.ts'
import { NpyWriter } from './npy-writer.ts'

/** Vectors of some texts: as many numbers, or bytes of bits, for each. */
export interface VectorBlock {
  /** Row-major. */
  readonly data: Float32Array | Int8Array | Uint8Array
  readonly rows: number
}

/** A file of vectors in the making; all blocks have the same width and element type. */
export interface VectorWriter {
  /** Adds the vectors of `texts`, one each. */
  write(block: VectorBlock, texts: readonly string[]): Promise<void>
  /** Completes the file; only now it appears under its name. */
  finish(): Promise<void>
  /** Removes what was written; after `finish`, does nothing. */
  abort(): Promise<void>
}

/** The kinds of file vectors are written to. */
export const VECTOR_FORMATS = ['npy', 'jsonl', 'parquet'] as const
export type VectorFormat = (typeof VECTOR_FORMATS)[number]

/**
 * Begins a file of vectors; its name says the format.
 *
 * npy: NumPy's format, [N,D] float32, int8 or uint8; only vectors. jsonl: `{"text", "embedding"}` a
 * line. parquet: a column `text` of strings and a column `embedding` of lists.
 * @throws InputError for another extension; OutputError when the folder cannot be written.
 */
export async function createVectorWriter(path: string): Promise<VectorWriter> {
  const format = outputFormatOf(path, VECTOR_FORMATS, 'vectors')
  const file = await AtomicFile.create(path)
  switch (format) {
    case 'npy':
      return new NpyWriter(file)
    case 'jsonl':
      return new JsonLinesWriter(file)
    case 'parquet': {
      const { ParquetVectorWriter } = await import('./parquet-vector-writer.ts')
      return new ParquetVectorWriter(file)
    }
    default:
      return format satisfies never
  }
}

/** The rows of a block, each a view. */
export function rowsOf({ data, rows }: VectorBlock): VectorBlock['data'][] {
  const width = rows === 0 ? 0 : data.length / rows
  return Array.from({ length: rows }, (_, row) => data.subarray(row * width, (row + 1) * width))
}

/** Streams `{"text": …, "embedding": […]}`, one a line. */
class JsonLinesWriter implements VectorWriter {
  readonly #file: AtomicFile

  constructor(file: AtomicFile) {
    this.#file = file
  }

  async write(block: VectorBlock, texts: readonly string[]): Promise<void> {
    const lines = rowsOf(block).map((vector, row) => {
      return `${JSON.stringify({ text: texts[row], embedding: shortNumbers(vector) })}\n`
    })
    await this.#file.write(lines.join(''))
  }

  async finish(): Promise<void> {
    await this.#file.commit()
  }

  abort(): Promise<void> {
    return this.#file.abort()
  }
}

/** Nine digits tell every float32 apart from its neighbours; the float64 it is held in shows 17. */
export function shortNumbers(vector: VectorBlock['data']): number[] {
  return Array.from(vector, (value) => Number(value.toPrecision(9)))
}
