import { InputError } from '../errors/index.ts'

/** Which column of a file: its name, or its index from 0. */
export type Column = string | number

/** A column; or the first there is of several names; or, undefined, the only one or `text`. */
export type ColumnChoice = Column | readonly string[] | undefined

/** The index of the chosen column among those there are; -1 where it is not. */
function columnIndex(names: readonly string[], choice: ColumnChoice): number {
  if (typeof choice === 'number') return choice < names.length ? choice : -1
  if (typeof choice === 'object') {
    return names.indexOf(choice.find((name) => names.includes(name)) ?? '')
  }
  return choice === undefined && names.length === 1 ? 0 : names.indexOf(choice ?? 'text')
}

/** @throws InputError when a column is not there. */
export function columnIndices(
  names: readonly string[],
  choices: readonly ColumnChoice[],
  where: string,
): number[] {
  return choices.map((choice) => {
    const index = columnIndex(names, choice)
    if (index < 0) throw missingColumn(names, choice, where)
    return index
  })
}

export function missingColumn(
  names: readonly string[],
  choice: ColumnChoice,
  where: string,
): InputError {
  return new InputError(
    'input-column-missing',
    `${where}: ${lack(choice)}; there are ${names.length}: ${names.join(', ')}`,
    { facts: { where, column: choice, columns: names } },
  )
}

function lack(choice: ColumnChoice): string {
  if (choice === undefined) return 'has several columns; name one of them'
  if (typeof choice !== 'object') return `has no column ${choice}`
  return `has no column ${choice.join(' or ')}; name it, or give its index if no row holds names`
}

/** @param column its name, where it has one */
export function notText(value: unknown, column: Column | undefined, where: string): InputError {
  return wrongValue('a text', { value, column, where })
}

/** @param column its name, where it has one */
export function notCell(value: unknown, column: Column | undefined, where: string): InputError {
  return wrongValue('a text or a number', { value, column, where })
}

interface WrongValue {
  readonly value: unknown
  readonly column: Column | undefined
  readonly where: string
}

function wrongValue(expected: string, { value, column, where }: WrongValue): InputError {
  const got = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  const which = column === undefined ? '' : ` in column ${column}`
  return new InputError(
    'input-not-text',
    `${where}: expected ${expected}${which}, but got ${got}`,
    {
      facts: { where, column, got },
    },
  )
}

/** Where a row begins or ends in its file. */
export interface RowLocation {
  readonly name: string
  /** Counted from 1; rows of Parquet, which has no lines, from 0. */
  readonly line: number
  readonly unit?: 'line' | 'row'
}

/** The chosen columns of a row, before it is judged whether they hold what they should. */
export interface RawRow {
  readonly values: readonly unknown[]
  /** What the columns are called, where they have names. */
  readonly names: readonly string[] | undefined
  readonly location: RowLocation
}

export function locationText({ name, line, unit = 'line' }: RowLocation): string {
  return `${name}, ${unit} ${line}`
}
