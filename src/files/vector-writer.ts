import { extname } from 'node:path'
import { InputError } from '../errors/index.ts'
import { AtomicFile } from './atomic-file.ts'

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
 * Begins a file of vectors; its name tells the format.
 *
 * npy: NumPy's format, [N,D] float32, int8 or uint8; only vectors. jsonl: `{"text", "embedding"}` a
 * line. parquet: a column `text` of strings and a column `embedding` of lists.
 * @throws InputError for another extension; OutputError when the folder cannot be written.
 */
export async function createVectorWriter(path: string): Promise<VectorWriter> {
  const format = vectorFormatOf(path)
  const file = await AtomicFile.create(path)
  switch (format) {
    case 'npy': {
      const { NpyWriter } = await import('./npy-writer.ts')
      return new NpyWriter(file)
    }
    case 'jsonl': {
      const { JsonLinesWriter } = await import('./json-lines-writer.ts')
      return new JsonLinesWriter(file)
    }
    case 'parquet': {
      const { ParquetVectorWriter } = await import('./parquet-vector-writer.ts')
      return new ParquetVectorWriter(file)
    }
    default:
      return format satisfies never
  }
}

function vectorFormatOf(path: string): VectorFormat {
  const extension = extname(path).slice(1).toLowerCase()
  const format = VECTOR_FORMATS.find((candidate) => candidate === extension)
  if (format) return format
  throw new InputError(
    'output-format-unknown',
    `vectors are written to .npy, .jsonl or .parquet, but the file is called ${path}`,
    { facts: { path, formats: VECTOR_FORMATS } },
  )
}

/** The rows of a block, each a view. */
export function rowsOf({ data, rows }: VectorBlock): VectorBlock['data'][] {
  const width = rows === 0 ? 0 : data.length / rows
  return Array.from({ length: rows }, (_, row) => data.subarray(row * width, (row + 1) * width))
}
