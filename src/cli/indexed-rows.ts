import { InputError } from '../errors/index.ts'
import { type Cell, type ColumnChoice, placeText, type Row } from '../files/index.ts'
import type { StoreSettings, TextToIndex } from '../search/index.ts'
import { columnOf } from './text-input.ts'
import { UsageError } from './usage-error.ts'

type ColumnType = StoreSettings['columns'][string]

/** A column of metadata, and its type where that was said. */
export interface NamedColumn {
  readonly name: string
  readonly type: ColumnType | undefined
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

/** Which columns a row is read for: the text, then the id where there is one, then the metadata. */
export function rowColumns(
  text: string | undefined,
  id: string | undefined,
  metadata: readonly string[],
): ColumnChoice[] {
  return [columnOf(text), ...(id === undefined ? [] : [columnOf(id)]), ...metadata]
}

/** The types of columns: as said, else as the first row has them. */
export function columnTypes(
  columns: readonly NamedColumn[],
  { cells }: Row,
): StoreSettings['columns'] {
  const values = cells.slice(cells.length - columns.length)
  return Object.fromEntries(
    columns.map(({ name, type }, at) => {
      return [name, type ?? (typeof values[at] === 'number' ? 'number' : 'string')]
    }),
  )
}

/**
 * Texts to be indexed, of rows of text, id and metadata.
 * @throws InputError when a cell of a number column holds none.
 */
export async function* textsToIndex(
  rows: AsyncIterable<Row>,
  { columns }: StoreSettings,
  hasId: boolean,
): AsyncGenerator<TextToIndex, void, void> {
  const types = Object.entries(columns)
  for await (const row of rows) {
    const [text = '', ...rest] = row.cells
    const cells = hasId ? rest.slice(1) : rest
    const metadata = Object.fromEntries(
      types.map(([name, type], at) => [name, cellValue(cells[at] ?? '', type, { row, name })]),
    )
    const id = hasId ? { id: String(rest[0]) } : {}
    yield { ...id, text: String(text), metadata }
  }
}

function cellValue(
  cell: Cell,
  type: ColumnType,
  { row, name }: { readonly row: Row; readonly name: string },
): Cell {
  if (type === 'string') return String(cell)
  const number = typeof cell === 'string' && cell.trim() === '' ? Number.NaN : Number(cell)
  if (Number.isFinite(number)) return number
  throw new InputError(
    'input-not-number',
    `${placeText(row.place)}: the column ${name} must be a number, but is ${JSON.stringify(cell)}`,
    { facts: { file: row.place.name, line: row.place.line, column: name } },
  )
}

/** The first item, and all of them again. */
export async function peek<Item>(
  items: AsyncIterable<Item>,
): Promise<{ readonly first: Item | undefined; readonly all: AsyncIterable<Item> }> {
  const iterator = items[Symbol.asyncIterator]()
  const first = await iterator.next()
  async function* all(): AsyncGenerator<Item, void, void> {
    if (first.done) return
    try {
      yield first.value
      for (;;) {
        const next = await iterator.next()
        if (next.done) return
        yield next.value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return { first: first.done ? undefined : first.value, all: all() }
}
