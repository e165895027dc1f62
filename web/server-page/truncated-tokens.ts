import type { Token } from './server-client.ts'

/** A token, and whether the model's limit truncates it. */
export interface ShownToken extends Token {
  readonly isTruncated: boolean
}

/**
 * What the limit does to a text's tokens: those at the end are truncated, and the special tokens
 * around them stay.
 */
export function markTruncated(tokens: readonly Token[], limit: number): readonly ShownToken[] {
  const specialAtEnd = tokens.length - 1 - tokens.findLastIndex(({ special }) => !special)
  const end = tokens.length - specialAtEnd
  return tokens.map((token, index) => ({
    ...token,
    isTruncated: index >= limit - specialAtEnd && index < end,
  }))
}
