import { InputError } from '../errors/index.ts'
import { type ColumnChoice, columnIndices, missingColumn } from './column.ts'
import { type Place, placeText, type RawRow } from './raw-row.ts'
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
 * Some columns. Where one is chosen by name, the first row holds the names; where all are chosen by
 * number, or none is, the first row is data already. Without a choice there must be just one column.
 * @throws InputError when a row lacks a column.
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
    if (!indices) {
      firstWidth = cells.length
      indices = hasNames
        ? columnIndices(cells, choices, placeText(place))
        : choices.map((choice) => numberedColumn(choice, cells, place))
      names = hasNames ? indices.map((index) => cells[index] ?? '') : undefined
      if (hasNames) continue
    }
    yield { values: pick(cells, indices, place), names, place, width: cells.length, firstWidth }
  }
}

function numberedColumn(choice: ColumnChoice, cells: readonly string[], place: Place): number {
  if (typeof choice === 'number') return choice
  if (cells.length === 1) return 0
  throw missingColumn(cells, choice, placeText(place))
}

function pick(cells: readonly string[], indices: readonly number[], place: Place): string[] {
  return indices.map((index) => {
    const cell = cells[index]
    if (cell === undefined) throw shortRow(cells.length, index, place)
    return cell
  })
}

function shortRow(columns: number, index: number, place: Place): InputError {
  return new InputError(
    'input-column-missing',
    `${placeText(place)}: has no column ${index} (counted from 0), only ${columns}`,
    { facts: { file: place.name, line: place.line, column: index, columns } },
  )
}
