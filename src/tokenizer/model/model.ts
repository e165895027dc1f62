/** Cuts a word into pieces of a vocabulary. */
export interface Model {
  /** The tokens by id. */
  readonly tokens: ReadonlyMap<number, string>
  /** How many different tokens the vocabulary lists: the id of the first token added to it. */
  readonly size: number
  /** The id of a token, or undefined. */
  idOf(token: string): number | undefined
  /** Appends the numbers of the word's pieces to `ids`. The word is not empty. */
  encode(word: string, ids: number[]): void
}

/** The other way round. */
export function tokensById(ids: ReadonlyMap<string, number>): ReadonlyMap<number, string> {
  const tokens = new Map<number, string>()
  for (const [token, id] of ids) tokens.set(id, token)
  return tokens
}
