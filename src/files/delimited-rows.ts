import { InputError } from '../errors/index.ts'
import {
  type ColumnChoice,
  columnIndices,
  locationText,
  missingColumn,
  type RawRow,
  type RowLocation,
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
 * index, or none is, the first row is data already. Without a choice there must be just one column.
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
    const location = { name, line }
    firstWidth ||= cells.length
    if (cells.length !== firstWidth) throw raggedRow(cells.length, firstWidth, location)
    if (!indices) {
      indices = hasNames
        ? columnIndices(cells, choices, locationText(location))
        : choices.map((choice) => requireIndex(choice, cells, location))
      names = hasNames ? indices.map((index) => cells[index] ?? '') : undefined
      if (hasNames) continue
    }
    yield { values: indices.map((index) => cells[index] ?? ''), names, location }
  }
}

function requireIndex(
  choice: ColumnChoice,
  cells: readonly string[],
  location: RowLocation,
): number {
  if (typeof choice === 'number' && choice < cells.length) return choice
  if (typeof choice === 'number') throw shortRow(cells.length, choice, location)
  if (cells.length === 1) return 0
  throw missingColumn(cells, choice, locationText(location))
}

function raggedRow(width: number, firstWidth: number, location: RowLocation): InputError {
  return new InputError(
    'input-column-count',
    `${locationText(location)}: expected ${firstWidth} cells, as in the first row, but got ${width}; if cells ` +
      'with tabs or line breaks stand in quotes, as pandas writes them, give the format csv',
    { facts: { file: location.name, line: location.line, expected: firstWidth, got: width } },
  )
}

function shortRow(columns: number, index: number, location: RowLocation): InputError {
  return new InputError(
    'input-column-missing',
    `${locationText(location)}: has no column ${index} (counted from 0), only ${columns}`,
    { facts: { file: location.name, line: location.line, column: index, columns } },
  )
}
