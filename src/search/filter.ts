import { InputError } from '../errors/index.ts'
import { isWellFormed } from '../tokenizer/index.ts'
import type { StoreSettings } from './store-settings.ts'
import type { Metadata } from './vector-store.ts'

export const FILTER_OPERATORS = ['=', '!=', '<', '<=', '>', '>='] as const
type FilterOperator = (typeof FILTER_OPERATORS)[number]

/** What must be true of one column. Texts are ordered by their UTF-8 bytes. */
export interface Condition {
  readonly column: string
  readonly operator: FilterOperator
  readonly value: string | number
}

/** One of the listed values. */
export interface Membership {
  readonly column: string
  readonly operator: 'in'
  readonly value: readonly (string | number)[]
}

/** Conditions of which all must be true. */
export type Filter = readonly (Condition | Membership)[]

/** A filter for one record's metadata; a check of the filter comes first. */
export function matches(filter: Filter, metadata: Metadata): boolean {
  return filter.every((condition) => holds(condition, metadata[condition.column] ?? ''))
}

function holds(condition: Condition | Membership, value: string | number): boolean {
  if (condition.operator === 'in') return condition.value.includes(value)
  const order = compare(value, condition.value)
  switch (condition.operator) {
    case '=':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    default:
      return condition satisfies never
  }
}

/** UTF-16 puts some characters elsewhere than UTF-8 does, which the other stores go by. */
function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)))
}

/**
 * @throws InputError when a condition names a column the store lacks, an operator there is none of,
 *   or a value of another type than the column's.
 */
export function checkFilter(filter: Filter, { columns }: StoreSettings): Filter {
  for (const { column, operator, value } of filter) {
    const type = columnType(column, columns)
    if (operator !== 'in' && !FILTER_OPERATORS.includes(operator)) throw unknownOperator(operator)
    const values = typeof value === 'object' ? value : [value]
    const wrong = values.find(
      (one) => typeof one !== type || (type === 'number' && !Number.isFinite(one)),
    )
    if (wrong === undefined) {
      if (values.every((one) => typeof one === 'number' || isWellFormed(one))) continue
      throw new InputError('filter-value', `the filter of ${column} has half of a surrogate pair`)
    }
    const message = `the column ${column} holds a ${type}, but the filter asks for ${JSON.stringify(wrong)}`
    throw new InputError('filter-value', message, { facts: { column, value: wrong } })
  }
  return filter
}

/**
 * As `checkFilter`, for what must not be done to every record.
 * @throws InputError for a filter without conditions, too.
 */
export function checkConditions(filter: Filter, settings: StoreSettings): Filter {
  if (filter.length > 0) return checkFilter(filter, settings)
  const message = 'the filter has no conditions, and would be true of every record; name one'
  throw new InputError('filter-empty', message)
}

function columnType(column: string, columns: StoreSettings['columns']): 'string' | 'number' {
  const type = Object.hasOwn(columns, column) ? columns[column] : undefined
  if (type !== undefined) return type
  const known = Object.keys(columns).join(', ') || 'none'
  throw new InputError(
    'filter-column',
    `the store has no column ${JSON.stringify(column)}; it has: ${known}`,
    { facts: { column, known: Object.keys(columns) } },
  )
}

function unknownOperator(operator: unknown): InputError {
  const known = [...FILTER_OPERATORS, 'in'].join(', ')
  return new InputError('filter-operator', `there is no operator ${operator}; there are: ${known}`)
}

const CONDITION = /^\s*([A-Za-z_]\w*)\s*(!=|<=|>=|=|<|>|\sin\s)(.*)$/s

/**
 * Conditions in words: `year>=2020`, `source=news`, `source in ["news","web"]`; what stands behind
 * the operator is read as the column's type has it.
 * @throws InputError when it is none, beside what `checkFilter` complains of.
 */
export function parseFilter(conditions: readonly string[], settings: StoreSettings): Filter {
  return checkFilter(
    conditions.map((words) => parseCondition(words, settings)),
    settings,
  )
}

function parseCondition(words: string, { columns }: StoreSettings): Condition | Membership {
  const [, column = '', sign = '', value = ''] = words.match(CONDITION) ?? []
  if (column === '') throw noCondition(words)
  const type = columnType(column, columns)
  const operator = sign.trim()
  const rest = value.trim()
  if (operator === 'in') return { column, operator, value: parseList(rest, words) }
  const typed = type === 'number' && rest !== '' ? Number(rest) : rest
  return { column, operator: operator as FilterOperator, value: typed }
}

function parseList(json: string, words: string): readonly (string | number)[] {
  try {
    const list: unknown = JSON.parse(json)
    if (Array.isArray(list)) return list
  } catch {
    // Said below.
  }
  throw noCondition(words)
}

function noCondition(words: string): InputError {
  return new InputError(
    'filter-condition',
    `${JSON.stringify(words)} is no condition; write year>=2020, source=news or ` +
      'source in ["news","web"]',
    { facts: { condition: words } },
  )
}
