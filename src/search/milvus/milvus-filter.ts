import type { Filter } from '../filter.ts'

const SIGNS: Readonly<Record<string, string>> = { '=': '==' }

/** A checked filter as an expression of Milvus over its JSON field `metadata`; '' for nothing. */
export function milvusFilter(filter: Filter): string {
  return filter
    .map(({ column, operator, value }) => {
      // JSON's strings and lists are Milvus's too.
      return `metadata["${column}"] ${SIGNS[operator] ?? operator} ${JSON.stringify(value)}`
    })
    .join(' and ')
}
