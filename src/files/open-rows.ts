import { InputError } from '../errors/index.ts'
import type { ColumnChoice, RawRow } from './column.ts'
import { delimitedColumns, tabSeparatedRows } from './delimited-rows.ts'
import { fileBytes } from './input-bytes.ts'
import { jsonArrayColumns, jsonLinesColumns } from './json-rows.ts'
import { decodedText } from './text-encoding.ts'
import { linesOf } from './utf8-text.ts'

/** A file by its path, or bytes from elsewhere and what errors shall call them. */
export type TextSource =
  | string
  | { readonly name: string; readonly bytes: AsyncIterable<Uint8Array> }

/**
 * The chosen columns of every row, in the order of the file; only a chunk of it is in memory.
 * @param given the format; undefined: what the name says
 * @throws InputError when there is no row at all, beside what the formats complain of.
 */
export async function* openRows(
  source: TextSource,
  choices: readonly ColumnChoice[],
  given: TextFormat | undefined,
): AsyncGenerator<RawRow, void, void> {
  const name = typeof source === 'string' ? source : source.name
  let isEmpty = true
  for await (const row of await rowsOfFormat(source, choices, given ?? textFormatOf(name))) {
    isEmpty = false
    yield row
  }
  if (isEmpty) {
    const message = `${name} holds no texts; expected at least one`
    throw new InputError('input-empty', message, { facts: { file: name } })
  }
}

async function rowsOfFormat(
  source: TextSource,
  choices: readonly ColumnChoice[],
  format: TextFormat,
): Promise<AsyncIterable<RawRow>> {
  if (format === 'parquet') return parquetRows(source, choices)
  const { name, bytes } =
    typeof source === 'string' ? { name: source, bytes: fileBytes(source) } : source
  const chunks = decodedText(bytes, name)
  switch (format) {
    case 'txt':
      return plainRows(chunks, name, choices)
    case 'jsonl':
      return jsonLinesColumns(chunks, name, choices)
    case 'json':
      return jsonArrayColumns(chunks, name, choices)
    case 'tsv':
      return delimitedColumns(tabSeparatedRows(chunks), name, choices)
    case 'csv': {
      const { csvRows } = await import('./csv-rows.ts')
      // Cells between tabs, quoted as in csv, are what pandas and Excel write.
      const delimiter = /\.tsv(\.gz)?$/i.test(name) ? '\t' : ','
      return delimitedColumns(csvRows(chunks, name, delimiter), name, choices)
    }
    default:
      return format satisfies never
  }
}

/** A line is the only column there is, whatever it is called. */
async function* plainRows(
  chunks: AsyncIterable<string>,
  name: string,
  choices: readonly ColumnChoice[],
): AsyncGenerator<RawRow, void, void> {
  if (choices.length !== 1) {
    const message = `${name}: a txt has one column, but ${choices.length} were requested`
    throw new InputError('input-column-missing', message, { facts: { file: name } })
  }
  let line = 0
  for await (const text of linesOf(chunks)) {
    line += 1
    yield { values: [text], names: undefined, location: { name, line } }
  }
}

async function parquetRows(
  source: TextSource,
  choices: readonly ColumnChoice[],
): Promise<AsyncIterable<RawRow>> {
  if (typeof source !== 'string') {
    throw new InputError(
      'input-parquet-stream',
      `Parquet needs a file, as its end is read first; save ${source.name} to one`,
    )
  }
  const { parquetColumns } = await import('./parquet-rows.ts')
  return parquetColumns(source, choices)
}

/** The kinds of file texts are read from. */
export const TEXT_FORMATS = ['txt', 'jsonl', 'json', 'tsv', 'csv', 'parquet'] as const
export type TextFormat = (typeof TEXT_FORMATS)[number]

/**
 * The format a file's name says: its extension, in front of `.gz` where the file is compressed.
 * @throws InputError for an extension that says nothing.
 */
export function textFormatOf(path: string): TextFormat {
  const extension = path.replace(/\.gz$/i, '').split('.').at(-1)?.toLowerCase()
  const format = TEXT_FORMATS.find((candidate) => candidate === extension)
  if (format) return format
  throw new InputError(
    'input-format-unknown',
    `the name of ${path} does not tell its format; give the format: ${TEXT_FORMATS.join(', ')}`,
    { facts: { path, formats: TEXT_FORMATS } },
  )
}
