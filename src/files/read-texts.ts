import { type Column, locationText, notText } from './column.ts'
import { openRows, type TextFormat, type TextSource } from './open-rows.ts'

export interface ReadTextsOptions {
  /**
   * The column that holds the texts. In csv and tsv a name means that the first row holds the
   * names, an index (from 0) that there is no such row. Default: the only column; in jsonl, json
   * and parquet also the one called `text`. A txt has no columns.
   */
  readonly column?: Column
  /** Default: what the file's name says. */
  readonly format?: TextFormat
}

/**
 * Reads texts in the order of the file, with memory for a chunk of it only (Parquet: a row group).
 *
 * txt: a text a line; a blank line is an empty text, so that row numbers are line numbers.
 * jsonl: a string, object or array a line. json: one array of those. tsv: cells between tabs, no
 * quoting. csv: RFC 4180; in a file that is called tsv, with tabs between the cells, as pandas writes it.
 * Blank lines of jsonl, tsv and csv are passed over. All of these in UTF-8, or in UTF-16 with a byte order
 * mark, which is dropped, and with `.gz` behind the name they are decompressed. parquet: a column of
 * strings, in every compression that writers use.
 * @throws InputError when the file is missing, damaged, in another encoding or empty, when the column is
 *   not there, or a row of a tsv or csv has not as many cells as the first; where there are lines, the
 *   line is named.
 */
export async function* readTexts(
  source: TextSource,
  { column, format }: ReadTextsOptions = {},
): AsyncGenerator<string, void, void> {
  for await (const { values, names, location } of openRows(source, [column], format)) {
    const [text] = values
    if (typeof text !== 'string') throw notText(text, names?.[0], locationText(location))
    yield text
  }
}
