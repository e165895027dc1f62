import { InputError } from '../errors/index.ts'
import { type Column, missingColumn, type Place, placeText } from './column.ts'
import { linesOf } from './utf8-text.ts'

/** A row of cells, and the line it ends at, counted from 1. */
export interface DelimitedRow {
  readonly cells: readonly string[]
  readonly line: number
}

/** Rows of tab-separated cells; there is no quoting, and blank lines are passed over. */
export async function* tabSeparatedRows(
  pieces: AsyncIterable<string>,
): AsyncGenerator<DelimitedRow, void, void> {
  let line = 0
  for await (const text of linesOf(pieces)) {
    line += 1
    if (text !== '') yield { cells: text.split('\t'), line }
  }
}

/**
 * The texts of one column. A column chosen by name means that the first row holds the names; one
 * chosen by number, or none, means that the first row is data already. Without a column there must
 * be just one.
 * @throws InputError when a row lacks the column.
 */
export async function* columnTexts(
  rows: AsyncIterable<DelimitedRow>,
  name: string,
  column: Column | undefined,
): AsyncGenerator<string, void, void> {
  let index = typeof column === 'number' ? column : undefined
  for await (const { cells, line } of rows) {
    if (index === undefined) {
      index = firstRowIndex(cells, column, { name, line })
      if (column !== undefined) continue
    }
    const text = cells[index]
    if (text === undefined) throw shortRow({ cells, line }, index, name)
    yield text
  }
}

function firstRowIndex(cells: readonly string[], column: Column | undefined, place: Place): number {
  const index = column === undefined ? cells.length - 1 : cells.indexOf(String(column))
  if (column === undefined ? index === 0 : index >= 0) return index
  throw missingColumn(cells, column, placeText(place))
}

function shortRow({ cells, line }: DelimitedRow, index: number, name: string): InputError {
  return new InputError(
    'input-column-missing',
    `${placeText({ name, line })}: has no column ${index} (counted from 0), only ${cells.length}`,
    { facts: { file: name, line, column: index, columns: cells.length } },
  )
}
