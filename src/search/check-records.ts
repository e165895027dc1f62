import { InputError } from '../errors/index.ts'
import type { StoreSettings } from './store-settings.ts'
import type { Metadata, SearchOptions, VectorRecord } from './vector-store.ts'

const LONGEST_ID = 512
const LARGEST_TOP = 10_000

/**
 * Records that fit a store, the last of each id.
 * @throws InputError that names the first that does not fit.
 */
export function checkRecords(
  records: readonly VectorRecord[],
  settings: StoreSettings,
): Required<VectorRecord>[] {
  const byId = new Map<string, Required<VectorRecord>>()
  for (const { id, text, vector, metadata = {} } of records) {
    requireId(id)
    if (typeof text !== 'string') throw unfit(id, 'its text is no string')
    requireVector(vector, settings, `the record ${JSON.stringify(id)}`)
    requireMetadata(id, metadata, settings)
    byId.set(id, { id, text, vector, metadata: { ...metadata } })
  }
  return [...byId.values()]
}

function requireId(id: string): void {
  if (typeof id === 'string' && id !== '' && Buffer.byteLength(id) <= LONGEST_ID) return
  throw unfit(id, `an id is a text of 1 to ${LONGEST_ID} bytes`)
}

/** @throws InputError when a vector has another length, or holds NaN or an infinity. */
export function requireVector(
  vector: Float32Array,
  { dimensions }: StoreSettings,
  what: string,
): void {
  if (vector.length !== dimensions) {
    throw new InputError(
      'store-dimensions',
      `the vectors of the store have ${dimensions} dimensions, but ${what} has ${vector.length}; ` +
        'encode with the model the store was made with',
      { facts: { expected: dimensions, got: vector.length } },
    )
  }
  if (vector.every(Number.isFinite)) return
  throw new InputError(
    'store-not-finite',
    `the vector of ${what} holds NaN or an infinity; the model gives broken vectors`,
  )
}

function requireMetadata(id: string, metadata: Metadata, { columns }: StoreSettings): void {
  for (const [column, type] of Object.entries(columns)) {
    const value = metadata[column]
    if (typeof value === type && !Number.isNaN(value)) continue
    throw unfit(id, `the column ${column} must be a ${type}, but is ${JSON.stringify(value)}`)
  }
  const surplus = Object.keys(metadata).find((column) => !Object.hasOwn(columns, column))
  if (surplus === undefined) return
  const known = Object.keys(columns).join(', ') || 'none'
  throw unfit(id, `the store has no column ${surplus}, only: ${known}`)
}

function unfit(id: unknown, reason: string): InputError {
  return new InputError('store-record', `the record ${JSON.stringify(id)}: ${reason}`, {
    facts: { id },
  })
}

/** @throws InputError when it is not a whole number within bounds. */
export function checkTop({ top = 10 }: SearchOptions): number {
  if (Number.isInteger(top) && top >= 1 && top <= LARGEST_TOP) return top
  throw new InputError(
    'option-range',
    `top must be a whole number from 1 to ${LARGEST_TOP}, but is ${top}`,
    { facts: { name: 'top', value: top } },
  )
}
