/** One text, or one pair of texts, split into tokens of the vocabulary, special tokens added. */
export interface Encoding {
  /** Token ids, [T], special tokens included. */
  readonly ids: Int32Array
  /** Segment ids, [T]: 0, and 1 for the second text of a pair. */
  readonly typeIds: Int32Array
  /** How many tokens were truncated; 0 when the text fitted. */
  readonly truncated: number
}

export interface TokenizeOptions {
  /** The most tokens an encoding may have, special tokens included. Default: no limit. */
  readonly maxLength?: number
}

/** Turns texts into the token ids a model was trained on. Pure and synchronous. */
export interface Tokenizer {
  /** One more than the largest id of a batch, padding included: the rows an embedding table must have. */
  readonly vocabularySize: number
  /** The id of the token that fills the short rows of a batch. */
  readonly padId: number
  /**
   * One text. Truncation drops tokens from the end but keeps the closing special token.
   * @throws InputError when `maxLength` leaves no room for the special tokens.
   */
  encode(text: string, options?: TokenizeOptions): Encoding
  /** Two texts in one row; truncation shortens the longer one first, token by token. */
  encodePair(first: string, second: string, options?: TokenizeOptions): Encoding
  /** The tokens behind the ids, as the vocabulary spells them (`##ing`, `▁的`). */
  tokens(ids: Iterable<number>): string[]
}
