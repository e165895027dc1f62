import {
  type ColumnChoice,
  locationText,
  notCell,
  type RawRow,
  type RowLocation,
} from './column.ts'
import { openRows, type TextFormat, type TextSource } from './open-rows.ts'

/** What one column holds in one row. In tsv, csv and txt, numbers are texts too. */
export type Cell = string | number

/** The chosen columns of a row, in the order of the request. */
export interface Row {
  readonly cells: readonly Cell[]
  readonly location: RowLocation
}

export interface ReadRowsOptions {
  /** At least one. In csv and tsv, where any is a name, the first row holds the names. */
  readonly columns: readonly ColumnChoice[]
  /** Default: what the file's name says. */
  readonly format?: TextFormat
}

/**
 * Reads several columns at once, from the formats and in the way of `readTexts`. `true` and `false`
 * are 1 and 0; whole numbers of 64 bits become numbers.
 * @throws InputError as `readTexts` does.
 */
export async function* readRows(
  source: TextSource,
  { columns, format }: ReadRowsOptions,
): AsyncGenerator<Row, void, void> {
  for await (const row of openRows(source, columns, format)) {
    yield { cells: row.values.map((value, at) => cellOf(value, at, row)), location: row.location }
  }
}

function cellOf(value: unknown, at: number, { names, location }: RawRow): Cell {
  switch (typeof value) {
    case 'string':
    case 'number':
      return value
    case 'boolean':
    case 'bigint':
      return Number(value)
    default:
      throw notCell(value, names?.[at], locationText(location))
  }
}
