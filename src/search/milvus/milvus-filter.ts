import type { Filter } from '../filter.ts'

const SIGNS: Readonly<Record<string, string>> = { '=': '==' }

/** A checked filter as an expression of Milvus over its JSON field `metadata`; '' for nothing. */
export function milvusFilter(filter: Filter): string {
  return filter
    .map(({ column, operator, value }) => {
      const field = `metadata["${column}"]`
      return operator === 'in'
        ? oneOf(field, value)
        : // JSON's strings are Milvus's too.
          `${field} ${SIGNS[operator] ?? operator} ${JSON.stringify(value)}`
    })
    .join(' and ')
}

/** Spelled out, as milvus-lite knows `in` of plain fields only. No value at all is never equal. */
function oneOf(field: string, values: readonly (string | number | boolean)[]): string {
  if (values.length === 0) return `(${field} == 0 and ${field} == 1)`
  return `(${values.map((value) => `${field} == ${JSON.stringify(value)}`).join(' or ')})`
}
