/** Splits a word into tokens of a vocabulary. */
export interface TokenizerModel {
  /** The tokens by id; made when it is first asked for. */
  readonly tokens: ReadonlyMap<number, string>
  /** One more than the largest id that `encode` gives. */
  readonly idLimit: number
  /** How many different tokens the vocabulary lists: the id of the first token added to it. */
  readonly size: number
  /** The id of a token, or undefined. */
  idOf(token: string): number | undefined
  /** Appends the ids of the word's tokens to `ids`. The word is not empty. */
  encode(word: string, ids: number[]): void
}

/** One more than the largest id of a token; nothing has the empty one, a blank line of a `vocab.txt`. */
export function idLimitOf(ids: ReadonlyMap<string, number>): number {
  let limit = 0
  for (const [token, id] of ids) if (id >= limit && token !== '') limit = id + 1
  return limit
}

/** The other way round. */
export function tokensById(ids: ReadonlyMap<string, number>): ReadonlyMap<number, string> {
  const tokens = new Map<number, string>()
  for (const [token, id] of ids) tokens.set(id, token)
  return tokens
}

const encoder = new TextEncoder()

/** The text as byte tokens (`<0xE4>`), or undefined where the vocabulary lacks one of them. */
export function byteIds(
  text: string,
  idOf: (token: string) => number | undefined,
): number[] | undefined {
  const ids: number[] = []
  for (const byte of encoder.encode(text)) {
    const id = idOf(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
    if (id === undefined) return undefined
    ids.push(id)
  }
  return ids
}
