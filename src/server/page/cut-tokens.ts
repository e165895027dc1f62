import type { Token } from './server-client.ts'

/** A token, and whether the model's limit cuts it off. */
export interface SeenToken extends Token {
  readonly isCut: boolean
}

/**
 * What the limit does to a text's tokens: they are cut at the end, and the special tokens around
 * them stay.
 */
export function cutTokens(tokens: readonly Token[], limit: number): readonly SeenToken[] {
  const behind = tokens.length - 1 - tokens.findLastIndex(({ special }) => !special)
  const end = tokens.length - behind
  return tokens.map((token, place) => ({ ...token, isCut: place >= limit - behind && place < end }))
}
