import type { ColumnChoice } from '../files/index.ts'
import type { NamedColumn } from '../search/index.ts'
import { columnOf } from './text-input.ts'
import { UsageError } from './usage-error.ts'

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

/** Which columns a row is read for: the text, then the id where there is one, then the metadata. */
export function rowColumns(
  text: string | undefined,
  id: string | undefined,
  metadata: readonly string[],
): ColumnChoice[] {
  return [columnOf(text), ...(id === undefined ? [] : [columnOf(id)]), ...metadata]
}
