import type { PairColumns } from '../evaluate/index.ts'
import type { ColumnChoice } from '../files/index.ts'
import type { NamedColumn } from '../search/index.ts'
import { UsageError } from './command-line.ts'

/** A column as words name it: digits are its index from 0, everything else is a name. */
export function columnOf<Word extends string | undefined>(column: Word): number | Word {
  return column !== undefined && /^\d+$/.test(column) ? Number(column) : column
}

/** Where the parts of a pair stand in its file. */
export const COLUMNS_FLAG = {
  columns: {
    type: 'string',
    valueHint: 'a,b,label',
    description: 'Columns of the pairs, by name or from 0 (default: 0,1,2, no header)',
  },
} as const

/** @throws UsageError unless there are three. */
export function pairColumns(columns: string | undefined): PairColumns | undefined {
  if (columns === undefined) return undefined
  const [first = 0, second = 1, label = 2] = listedColumns(columns, '0,1,2')
  return { first, second, label }
}

/**
 * Columns of anchor and positive.
 * @throws UsageError unless there are two.
 */
export function anchorColumns(columns = '0,1'): readonly ColumnChoice[] {
  return listedColumns(columns, '0,1')
}

/** @throws UsageError unless there are as many as in the example. */
function listedColumns(columns: string, example: string): readonly (string | number)[] {
  const listed = columns.split(',').map((name) => columnOf(name.trim()))
  const { length } = example.split(',')
  if (listed.length === length) return listed
  const hint = `${length} names or indexes, like ${example}`
  throw new UsageError(`--columns must be ${hint}, but is "${columns}"`)
}

/**
 * Reads `source,year:number`.
 * @throws UsageError for another type.
 */
export function namedColumns(words: string | undefined): readonly NamedColumn[] | undefined {
  return words?.split(',').map((word) => {
    const [name = '', type, ...others] = word.trim().split(':')
    const isType = type === undefined || type === 'string' || type === 'number'
    if (name !== '' && isType && others.length === 0) return { name, type }
    throw new UsageError(`--metadata must be like source,year:number, but has "${word}"`)
  })
}
