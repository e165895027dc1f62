import { InputError } from '../errors/index.ts'
import { type ColumnChoice, notCell } from './column.ts'
import { openRows, type TextSource } from './open-rows.ts'
import { type Place, placeText, type RawRow } from './raw-row.ts'
import type { TextFormat } from './text-format.ts'

/** What one column holds in one row. In tsv, csv and txt, numbers are texts too. */
export type Cell = string | number

/** The chosen columns of a row, in the order they were asked for. */
export interface Row {
  readonly cells: readonly Cell[]
  readonly place: Place
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
 * @throws InputError as `readTexts` does, and when a row of a tsv has more or fewer cells than the
 *   first: a text with a tab in it would shift the others.
 */
export async function* readRows(
  source: TextSource,
  { columns, format }: ReadRowsOptions,
): AsyncGenerator<Row, void, void> {
  for await (const row of openRows(source, columns, format)) {
    if (row.width !== row.firstWidth) throw raggedRow(row)
    yield { cells: row.values.map((value, at) => cellOf(value, at, row)), place: row.place }
  }
}

function cellOf(value: unknown, at: number, { names, place }: RawRow): Cell {
  switch (typeof value) {
    case 'string':
    case 'number':
      return value
    case 'boolean':
    case 'bigint':
      return Number(value)
    default:
      throw notCell(value, names?.[at], placeText(place))
  }
}

function raggedRow({ width, firstWidth, place }: RawRow): InputError {
  return new InputError(
    'input-column-count',
    `${placeText(place)}: expected ${firstWidth} cells, as in the first row, but got ${width}; if cells ` +
      'with tabs or line breaks stand in quotes, as pandas writes them, give the format csv',
    { facts: { file: place.name, line: place.line, expected: firstWidth, got: width } },
  )
}
