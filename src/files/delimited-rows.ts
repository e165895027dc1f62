import { InputError } from '../errors/index.ts'
import {
  type ColumnChoice,
  columnIndices,
  missingColumn,
  type Place,
  placeText,
  type RawRow,
} from './column.ts'
import { linesOf } from './utf8-text.ts'

/** A row of cells, and the line it ends at, counted from 1. */
export interface DelimitedRow {
  readonly cells: readonly string[]
  readonly line: number
}

/** Rows of tab-separated cells; there is no quoting, and blank lines are passed over. */
export async function* tabSeparatedRows(
  chunks: AsyncIterable<string>,
): AsyncGenerator<DelimitedRow, void, void> {
  let line = 0
  for await (const text of linesOf(chunks)) {
    line += 1
    if (text !== '') yield { cells: text.split('\t'), line }
  }
}

/**
 * Some columns. Where one is chosen by name, the first row holds the names; where all are chosen by
 * number, or none is, the first row is data already. Without a choice there must be just one column.
 * @throws InputError when a row lacks a column, or has more or fewer cells than the first: a text with a tab
 *   in it would shift the others.
 */
export async function* delimitedColumns(
  rows: AsyncIterable<DelimitedRow>,
  name: string,
  choices: readonly ColumnChoice[],
): AsyncGenerator<RawRow, void, void> {
  const hasNames = choices.some((choice) => typeof choice === 'string' || Array.isArray(choice))
  let indices: readonly number[] | undefined
  let names: readonly string[] | undefined
  let firstWidth = 0
  for await (const { cells, line } of rows) {
    const place = { name, line }
    firstWidth ||= cells.length
    if (cells.length !== firstWidth) throw raggedRow(cells.length, firstWidth, place)
    if (!indices) {
      indices = hasNames
        ? columnIndices(cells, choices, placeText(place))
        : choices.map((choice) => numberedColumn(choice, cells, place))
      names = hasNames ? indices.map((index) => cells[index] ?? '') : undefined
      if (hasNames) continue
    }
    yield { values: indices.map((index) => cells[index] ?? ''), names, place }
  }
}

function numberedColumn(choice: ColumnChoice, cells: readonly string[], place: Place): number {
  if (typeof choice === 'number' && choice < cells.length) return choice
  if (typeof choice === 'number') throw shortRow(cells.length, choice, place)
  if (cells.length === 1) return 0
  throw missingColumn(cells, choice, placeText(place))
}

function raggedRow(width: number, firstWidth: number, place: Place): InputError {
  return new InputError(
    'input-column-count',
    `${placeText(place)}: expected ${firstWidth} cells, as in the first row, but got ${width}; if cells ` +
      'with tabs or line breaks stand in quotes, as pandas writes them, give the format csv',
    { facts: { file: place.name, line: place.line, expected: firstWidth, got: width } },
  )
}

function shortRow(columns: number, index: number, place: Place): InputError {
  return new InputError(
    'input-column-missing',
    `${placeText(place)}: has no column ${index} (counted from 0), only ${columns}`,
    { facts: { file: place.name, line: place.line, column: index, columns } },
  )
}
