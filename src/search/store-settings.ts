import { z } from 'zod'
import { InputError, StoreError } from '../errors/index.ts'
import { STORE_PRECISIONS, STORE_SIMILARITIES } from './constants.ts'

const text = z.string()
const LARGEST_DIMENSIONS = 32_768

/** A column's name goes into filters as it stands. */
const columnName = text.regex(/^[A-Za-z_]\w{0,63}$/, 'columns are named with letters, digits and _')

/** Fixed when a store is created, and kept in it. */
export const storeSettings = z.strictObject({
  /** D */
  dimensions: z.int().min(1).max(LARGEST_DIMENSIONS),
  /** Default `cosine`. */
  similarity: z.enum(STORE_SIMILARITIES).default('cosine'),
  /** Default `float32`. */
  precision: z.enum(STORE_PRECISIONS).default('float32'),
  /** What every record has beside its text. Default: nothing. */
  columns: z.record(columnName, z.enum(['string', 'number'])).default({}),
  /** Which model made the vectors: its hash. Default: not said, and never checked. */
  model: text.default(''),
  /** What was put before every text that was encoded. Default: nothing. */
  prompt: text.default(''),
  /** The tokens a text was truncated to; 0, the default: not said. */
  maxLength: z.int().min(0).default(0),
})

/** What a store was made with, and keeps. */
export type StoreSettings = Readonly<z.infer<typeof storeSettings>>
/** What a store is made with: its dimensions, and what shall differ from the defaults. */
export type StoreOptions = Readonly<z.input<typeof storeSettings>>

/**
 * Settings with the defaults filled in.
 * @throws InputError that names the first that is wrong.
 */
export function checkStoreSettings(options: StoreOptions): StoreSettings {
  const result = storeSettings.safeParse(options)
  if (result.success) return Object.freeze(result.data)
  const [issue] = result.error.issues
  const name = issue?.path.join('.') || 'settings'
  const message = `store settings, ${name}: ${issue?.message ?? 'wrong'}`
  throw new InputError('store-settings', message, { facts: { name }, cause: result.error })
}

/** The version of what stores hold; another one cannot be read. */
const LAYOUT = 1

/** Settings as they are kept in a store. */
export function packSettings(settings: StoreSettings): string {
  return JSON.stringify({ yuju: LAYOUT, ...settings })
}

/**
 * Settings that `packSettings` wrote.
 * @throws StoreError for anything else: no store of yuju's, a damaged one, or one of a later version.
 */
export function unpackSettings(packed: string | undefined, location: string): StoreSettings {
  const { yuju, ...settings } = parsed(packed)
  const result = storeSettings.safeParse(settings)
  if (yuju === LAYOUT && result.success) return Object.freeze(result.data)
  const reason =
    typeof yuju === 'number' && yuju !== LAYOUT
      ? `was written in layout ${yuju}, and this version of yuju knows ${LAYOUT}; update yuju`
      : 'holds something else, or is damaged; name another location, or index again'
  throw new StoreError('store-foreign', `${location} ${reason}`, { facts: { location } })
}

function parsed(packed: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(packed ?? '')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
