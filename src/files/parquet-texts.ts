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
import { InputError } from '../errors/index.ts'
import { type Column, columnName, missingColumn, notText } from './column.ts'
import { inputError } from './input-bytes.ts'

/** What Node can decompress itself, beside Snappy, which hyparquet brings. */
const COMPRESSORS: Compressors = {
  GZIP: (bytes) => zlib.gunzipSync(bytes),
  BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** For the texts only: the statistics in a file's metadata may be cut inside a character. */
const STRICT: Partial<ParquetParsers> = {
  stringFromBytes: (bytes) => bytes && utf8.decode(bytes),
}

/**
 * The texts of a column of a Parquet file; one row group is in memory at a time.
 * @throws InputError when the file is missing or damaged, or the column is not there or no text.
 */
export async function* parquetTexts(
  path: string,
  column: Column | undefined,
): AsyncGenerator<string, void, void> {
  const scan = await openParquet(path)
  const name = chooseColumn(scan, column, path)
  for (const { rowStart, rowEnd } of scan.ranges) {
    const texts = await readColumn(scan, { column: name, rowStart, rowEnd }, path)
    for (let row = 0; row < texts.length; row += 1) {
      const text: unknown = texts[row]
      if (typeof text !== 'string') throw notText(text, name, `${path}, row ${rowStart + row}`)
      yield text
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

function chooseColumn({ metadata }: ParquetScan, column: Column | undefined, path: string): string {
  const names = parquetSchema(metadata).children.map(({ element }) => element.name)
  const name = columnName(names, column)
  if (name !== undefined) return name
  throw missingColumn(names, column, path)
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
