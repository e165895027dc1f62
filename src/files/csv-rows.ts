import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import { InputError } from '../errors/index.ts'
import type { DelimitedRow } from './delimited-rows.ts'

/** The most characters of a row: a quote that is never closed must not take the whole memory. */
const LARGEST_ROW = 16 * 1024 * 1024

interface CsvRecord {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

/**
 * Rows of cells between commas or tabs, quoted as RFC 4180 says; blank lines are passed over.
 * @throws InputError naming the line with a quote out of place, or with more or fewer cells.
 */
export async function* csvRows(
  chunks: AsyncIterable<string>,
  name: string,
  delimiter: string,
): AsyncGenerator<DelimitedRow, void, void> {
  const parser = parse({
    delimiter,
    info: true,
    skip_empty_lines: true,
    max_record_size: LARGEST_ROW,
  })
  // The parser hands on the error of its source, so that it is thrown by the loop below.
  pipeline(Readable.from(chunks), parser).catch(() => {})
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      yield { cells: record, line: info.lines }
    }
  } catch (cause) {
    throw cause instanceof CsvError ? malformed(name, cause) : cause
  }
}

function malformed(name: string, cause: CsvError): InputError {
  const line = Number(cause.lines)
  return new InputError('input-csv', `${name}, line ${line}: malformed CSV: ${cause.message}`, {
    facts: { file: name, line },
    cause,
  })
}
