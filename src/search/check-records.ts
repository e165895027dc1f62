import { InputError } from '../errors/index.ts'
import { isWellFormed } from '../tokenizer/index.ts'
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
    if (!isWellFormed(text)) throw unfit(id, `its text ${HALF_PAIR}`)
    requireVector(vector, settings, `the record ${JSON.stringify(id)}`)
    if (!isComparable(vector, settings)) throw zeroVector(id)
    requireMetadata(id, metadata, settings)
    byId.set(id, { id, text, vector, metadata: { ...metadata } })
  }
  return [...byId.values()]
}

function requireId(id: string): void {
  if (typeof id !== 'string' || id === '' || Buffer.byteLength(id) > LONGEST_ID) {
    throw unfit(id, `an id is a text of 1 to ${LONGEST_ID} bytes`)
  }
  if (!isWellFormed(id)) throw unfit(id, `an id ${HALF_PAIR}`)
}

/** Why a text is refused that UTF-8 cannot hold; stores would keep U+FFFD instead. */
const HALF_PAIR = 'must not have half of a surrogate pair, which is no character'

/**
 * Squares of numbers below this are 0 in float32, beyond the second infinite; so would be the lengths
 * that cosines are divided by.
 */
const LEAST_SQUARE = 2 ** -126
const LARGEST_SQUARE = 2 ** 127

/** Whether a vector can be compared: by the cosine, vectors of zeros cannot. */
export function isComparable(vector: Float32Array, { similarity }: StoreSettings): boolean {
  return similarity === 'dot' || squareOf(vector) >= LEAST_SQUARE
}

function squareOf(vector: Float32Array): number {
  let sum = 0
  for (let i = 0; i < vector.length; i += 1) sum += (vector[i] ?? 0) ** 2
  return sum
}

function zeroVector(id: string): InputError {
  return new InputError(
    'store-zero-vector',
    `the vector of the record ${JSON.stringify(id)} is all zeros (the model knows no token of its text), ` +
      'so that it has no cosine with any other; leave the record out',
    { facts: { id } },
  )
}

/** @throws InputError when a vector has another length, or holds NaN, an infinity, or nearly one. */
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
  // Not a number is not smaller either.
  if (squareOf(vector) < LARGEST_SQUARE) return
  throw new InputError(
    'store-not-finite',
    `the vector of ${what} holds NaN, an infinity, or numbers whose squares are infinite; the model ` +
      'gives broken vectors',
  )
}

function requireMetadata(id: string, metadata: Metadata, { columns }: StoreSettings): void {
  for (const [column, type] of Object.entries(columns)) {
    const value = metadata[column]
    if (typeof value === 'string' && !isWellFormed(value)) {
      throw unfit(id, `the column ${column} ${HALF_PAIR}`)
    }
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
