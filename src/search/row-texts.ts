import { InputError } from '../errors/index.ts'
import { type Cell, locationText, type Row } from '../files/index.ts'
import type { TextToIndex } from './index-texts.ts'
import type { StoreSettings } from './store-settings.ts'

type ColumnType = StoreSettings['columns'][string]

/** A column of metadata, and its type where that was said. */
export interface NamedColumn {
  readonly name: string
  readonly type?: ColumnType | undefined
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
    `${locationText(row.location)}: the column ${name} must be a number, but is ${JSON.stringify(cell)}`,
    { facts: { file: row.location.name, line: row.location.line, column: name } },
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
