import * as zlib from 'node:zlib'
import {
  asyncBufferFromFile,
  type Compressors,
  type ParquetParsers,
  type ParquetScan,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
} from 'hyparquet'
import { decompressLz4, decompressLz4Raw, decompressZstd } from 'hyparquet-compressors'
import { InputError } from '../errors/index.ts'
import { type ColumnChoice, columnIndices, type RawRow } from './column.ts'
import { inputError } from './input-bytes.ts'

/** Bytes of a page; writers make pages of one or a few megabytes. */
const LARGEST_PAGE = 512 * 1024 * 1024

/**
 * All codecs but LZO, which nobody writes: gzip and Brotli by Node; Snappy is hyparquet's own. None gives
 * more bytes than the page's header says.
 */
const COMPRESSORS: Compressors = {
  GZIP: (bytes, length) => zlib.gunzipSync(bytes, outputLimit(length)),
  BROTLI: (bytes, length) => zlib.brotliDecompressSync(bytes, outputLimit(length)),
  ZSTD: (bytes, length) => decompressZstd(bytes, new Uint8Array(pageLength(length))),
  LZ4: (bytes, length) => decompressLz4(bytes, pageLength(length)),
  LZ4_RAW: (bytes, length) => decompressLz4Raw(bytes, pageLength(length)),
}

/** Node takes limits from 1 only. */
function outputLimit(length: number) {
  return { maxOutputLength: Math.max(1, pageLength(length)) }
}

function pageLength(length: number): number {
  if (length <= LARGEST_PAGE) return length
  throw new RangeError(`a page of ${length} bytes; expected at most ${LARGEST_PAGE}`)
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** For the texts only: the statistics in a file's metadata may be truncated inside a character. */
const STRICT: Partial<ParquetParsers> = {
  stringFromBytes: (bytes) => bytes && utf8.decode(bytes),
}

/**
 * Some columns of a Parquet file; one row group of them is in memory at a time.
 * @throws InputError when the file is missing or damaged, or a column is not there.
 */
export async function* parquetColumns(
  path: string,
  choices: readonly ColumnChoice[],
): AsyncGenerator<RawRow, void, void> {
  const scan = await openParquet(path)
  const all = parquetSchema(scan.metadata).children.map(({ element }) => element.name)
  const names = columnIndices(all, choices, path).map((index) => all[index] ?? '')
  for (const { rowStart, rowEnd } of scan.ranges) {
    const columns: ArrayLike<unknown>[] = []
    for (const column of names) {
      columns.push(await readColumn(scan, { column, rowStart, rowEnd }, path))
    }
    for (let row = 0; row < rowEnd - rowStart; row += 1) {
      const values = columns.map((column) => column[row])
      yield { values, names, location: { name: path, line: rowStart + row, unit: 'row' } }
    }
  }
}

async function openParquet(path: string): Promise<ParquetScan> {
  const file = await asyncBufferFromFile(path).catch((cause) => {
    throw inputError(path, cause)
  })
  try {
    const metadata = await parquetMetadataAsync(file)
    return await parquetScan({ file, metadata, parsers: STRICT, compressors: COMPRESSORS })
  } catch (cause) {
    throw damaged(path, cause)
  }
}

async function readColumn(
  scan: ParquetScan,
  range: Parameters<ParquetScan['readColumn']>[0],
  path: string,
): Promise<ArrayLike<unknown>> {
  try {
    return await scan.readColumn(range)
  } catch (cause) {
    throw damaged(path, cause)
  }
}

function damaged(path: string, cause: unknown): InputError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new InputError(
    'input-damaged',
    `${path} cannot be read as Parquet (${reason}); write it again, e.g. with Snappy compression`,
    { facts: { path }, cause },
  )
}
