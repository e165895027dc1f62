import type { PairColumns } from '../evaluate/index.ts'
import { columnOf } from './text-input.ts'
import { UsageError } from './usage-error.ts'

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
  const [first, second, label, ...others] = columns.split(',').map((name) => columnOf(name.trim()))
  if (first !== undefined && second !== undefined && label !== undefined && others.length === 0) {
    return { first, second, label }
  }
  throw new UsageError(`--columns must be three names or numbers, like 0,1,2, but is "${columns}"`)
}
