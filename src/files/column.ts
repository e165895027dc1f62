import { InputError } from '../errors/index.ts'

/** Which column of a file holds the texts: its name, or its number counted from 0. */
export type Column = string | number

/** The line of a file, counted from 1. */
export interface Place {
  readonly name: string
  readonly line: number
}

/**
 * The text of a JSON value: the value itself, or the column of an object or of an array of cells.
 * Without a column, an object's only one, else the one called `text`.
 * @throws InputError when the column is not there or holds no text.
 */
export function textOf(row: unknown, column: Column | undefined, place: Place): string {
  if (typeof row === 'string' && column === undefined) return row
  if (typeof row !== 'object' || row === null) throw notText(row, column, placeText(place))
  const names = Object.keys(row)
  const name = columnName(names, column)
  if (name === undefined) throw missingColumn(names, column, placeText(place))
  const text: unknown = (row as Record<string, unknown>)[name]
  if (typeof text === 'string') return text
  throw notText(text, name, placeText(place))
}

/** The chosen column among those there are: the only one, or `text`, where none was chosen. */
export function columnName(
  names: readonly string[],
  column: Column | undefined,
): string | undefined {
  if (typeof column === 'number') return names[column]
  if (column === undefined && names.length === 1) return names[0]
  return names.find((name) => name === (column ?? 'text'))
}

export function missingColumn(
  names: readonly string[],
  column: Column | undefined,
  where: string,
): InputError {
  const lack =
    column === undefined ? 'has several columns; name one of them' : `has no column ${column}`
  return new InputError(
    'input-column-missing',
    `${where}: ${lack}; there are ${names.length}: ${names.join(', ')}`,
    { facts: { where, column, columns: names } },
  )
}

export function notText(value: unknown, column: Column | undefined, where: string): InputError {
  const got = value === null ? 'null' : typeof value
  const which = column === undefined ? '' : ` in column ${column}`
  return new InputError('input-not-text', `${where}: expected a text${which}, but got ${got}`, {
    facts: { where, column, got },
  })
}

export function placeText({ name, line }: Place): string {
  return `${name}, line ${line}`
}
