import { InputError } from '../errors/index.ts'
import type { Column } from './column.ts'
import { columnTexts, tabSeparatedRows } from './delimited-texts.ts'
import { fileBytes } from './input-bytes.ts'
import { jsonArrayTexts, jsonLinesTexts } from './json-texts.ts'
import { type TextFormat, textFormatOf } from './text-format.ts'
import { linesOf, utf8Text } from './utf8-text.ts'

/** A file by its path, or bytes from elsewhere and what errors shall call them. */
export type TextSource =
  | string
  | { readonly name: string; readonly bytes: AsyncIterable<Uint8Array> }

export interface ReadTextsOptions {
  /**
   * The column that holds the texts. In csv and tsv a name means that the first row holds the
   * names, a number (from 0) that there is no such row. Default: the only column; in jsonl, json
   * and parquet also the one called `text`. A txt has no columns.
   */
  readonly column?: Column
  /** Default: what the file's name says. */
  readonly format?: TextFormat
}

/**
 * Reads texts in the order of the file, with memory for a piece of it only (Parquet: a row group).
 *
 * txt: a text a line; a blank line is an empty text, so that row numbers are line numbers.
 * jsonl: a string, object or array a line. json: one array of those. tsv: cells between tabs, no
 * quoting. csv: RFC 4180. Blank lines of jsonl, tsv and csv are passed over. All of these in UTF-8,
 * a byte order mark is dropped, and with `.gz` behind the name they are decompressed. parquet: a
 * column of strings.
 * @throws InputError when the file is missing, damaged, not UTF-8 or empty, or the column is not
 *   there; where there are lines, the line is named.
 */
export async function* readTexts(
  source: TextSource,
  options: ReadTextsOptions = {},
): AsyncGenerator<string, void, void> {
  const name = typeof source === 'string' ? source : source.name
  let isEmpty = true
  for await (const text of await openTexts(source, options)) {
    isEmpty = false
    yield text
  }
  if (isEmpty) {
    const message = `${name} holds no texts; expected at least one`
    throw new InputError('input-empty', message, { facts: { file: name } })
  }
}

async function openTexts(
  source: TextSource,
  {
    column,
    format = textFormatOf(typeof source === 'string' ? source : source.name),
  }: ReadTextsOptions,
): Promise<AsyncIterable<string>> {
  if (format === 'parquet') return openParquetTexts(source, column)
  const { name, bytes } =
    typeof source === 'string' ? { name: source, bytes: fileBytes(source) } : source
  const pieces = utf8Text(bytes, name)
  switch (format) {
    case 'txt':
      return linesOf(pieces)
    case 'jsonl':
      return jsonLinesTexts(pieces, name, column)
    case 'json':
      return jsonArrayTexts(pieces, name, column)
    case 'tsv':
      return columnTexts(tabSeparatedRows(pieces), name, column)
    case 'csv': {
      const { csvRows } = await import('./csv-rows.ts')
      return columnTexts(csvRows(pieces, name), name, column)
    }
    default:
      return format satisfies never
  }
}

async function openParquetTexts(
  source: TextSource,
  column: Column | undefined,
): Promise<AsyncIterable<string>> {
  if (typeof source !== 'string') {
    throw new InputError(
      'input-parquet-stream',
      `Parquet needs a file, as its end is read first; save ${source.name} to one`,
    )
  }
  const { parquetTexts } = await import('./parquet-texts.ts')
  return parquetTexts(source, column)
}
