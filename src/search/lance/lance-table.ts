import type { RecordBatch, Schema, Table } from 'apache-arrow'
import type { Condition, Filter, Membership } from '../filter.ts'
import type { LancePackages } from '../optional-packages.ts'
import { packSettings, type StoreSettings } from '../store-settings.ts'
import type { Metadata, StoredText, VectorRecord } from '../vector-store.ts'

type Arrow = LancePackages['arrow']

/** The columns of metadata have names of their own in the table. */
export const METADATA_PREFIX = 'metadata_'

/** Where the settings stand in the metadata of the table's schema. */
export const SETTINGS_KEY = 'yuju'

/**
 * Lets LanceDB see that two programs add the same id at the same time, and do the later addition
 * again as a change; without it, both records stay.
 */
const PRIMARY_KEY = new Map([['lance-schema:unenforced-primary-key', 'true']])

/** The table of a store: id, text, its words between spaces, the columns of metadata, the vector. */
export function lanceSchema(arrow: Arrow, settings: StoreSettings): Schema {
  const { Field, FixedSizeList, Float32, Float64, Schema, Utf8 } = arrow
  const item = new Field('item', new Float32(), true)
  const id = new Field('id', new Utf8(), false, PRIMARY_KEY)
  const texts = ['text', 'words'].map((name) => new Field(name, new Utf8(), false))
  const columns = Object.entries(settings.columns).map(([name, type]) => {
    return new Field(METADATA_PREFIX + name, type === 'string' ? new Utf8() : new Float64(), false)
  })
  const vector = new Field('vector', new FixedSizeList(settings.dimensions, item), false)
  const fields = [id, ...texts, ...columns, vector]
  return new Schema(fields, new Map([[SETTINGS_KEY, packSettings(settings)]]))
}

/** A record, and its words with spaces between them. */
type LanceRecord = Required<VectorRecord> & { readonly words: string }

/** Records as a table of that schema. */
export function lanceTable(arrow: Arrow, schema: Schema, records: readonly LanceRecord[]): Table {
  const { makeData, RecordBatch, Struct, Table } = arrow
  const children = schema.fields.map(({ name }) => {
    if (name === 'vector') return vectorColumn(arrow, schema, records)
    const values = records.map((record) => columnValue(record, name))
    const type = typeof values[0] === 'number' ? new arrow.Float64() : new arrow.Utf8()
    return arrow.vectorFromArray(values, type).data[0]
  })
  const type = new Struct(schema.fields)
  const data = makeData({ type, length: records.length, nullCount: 0, children: children as never })
  return new Table(schema, [new RecordBatch(schema, data)] as RecordBatch[])
}

function vectorColumn(arrow: Arrow, schema: Schema, records: readonly LanceRecord[]) {
  const { type } = schema.fields.at(-1) ?? {}
  const list = type as InstanceType<Arrow['FixedSizeList']>
  const numbers = new Float32Array(records.length * list.listSize)
  records.forEach(({ vector }, row) => {
    numbers.set(vector, row * list.listSize)
  })
  const child = arrow.makeData({ type: new arrow.Float32(), data: numbers })
  return arrow.makeData({ type: list, length: records.length, nullCount: 0, child })
}

function columnValue({ id, text, words, metadata }: LanceRecord, column: string): string | number {
  switch (column) {
    case 'id':
      return id
    case 'text':
      return text
    case 'words':
      return words
    default:
      return metadata[column.slice(METADATA_PREFIX.length)] ?? ''
  }
}

/** A row as LanceDB gives it. */
export interface LanceRow {
  readonly id: string
  readonly text: string
  /** Of a search for vectors: the smaller the nearer. */
  readonly _distance?: number
  /** Of a search for words. */
  readonly _score?: number
  readonly vector?: { toArray(): ArrayLike<number> }
  readonly [metadata: string]: unknown
}

export function storedText(row: LanceRow, { columns }: StoreSettings): StoredText {
  const metadata: Metadata = Object.fromEntries(
    Object.keys(columns).map((name) => [name, row[METADATA_PREFIX + name] as string | number]),
  )
  return { id: row.id, text: row.text, metadata }
}

/** A checked filter as LanceDB's SQL, or undefined where it has no conditions. */
export function lanceFilter(filter: Filter): string | undefined {
  return filter.length === 0 ? undefined : filter.map(conditionSql).join(' AND ')
}

function conditionSql(condition: Condition | Membership): string {
  const column = `\`${METADATA_PREFIX}${condition.column}\``
  if (condition.operator !== 'in') {
    return `${column} ${condition.operator} ${literal(condition.value)}`
  }
  return condition.value.length === 0 ? 'false' : `${column} IN (${literals(condition.value)})`
}

/** Values between commas. */
export function literals(values: readonly (string | number)[]): string {
  return values.map(literal).join(', ')
}

function literal(value: string | number): string {
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`
}
