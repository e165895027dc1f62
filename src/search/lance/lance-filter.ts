import type { Condition, Filter, Membership } from '../filter.ts'

/** The columns of metadata have names of their own in the table. */
export const METADATA_PREFIX = 'metadata_'

/** A checked filter as LanceDB's SQL, or undefined where it asks for nothing. */
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
