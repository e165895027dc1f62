/** One text, or one pair of texts, cut into vocabulary pieces and framed by the special pieces. */
export interface Encoding {
  /** Vocabulary numbers, [T], special pieces included. */
  readonly ids: Int32Array
  /** Segment numbers, [T]: 0, and 1 for the second text of a pair. */
  readonly typeIds: Int32Array
  /** How many pieces the limit cut off; 0 when the text fitted. */
  readonly truncated: number
}

export interface TokenizeOptions {
  /** The most pieces an encoding may have, special pieces included. Default: no limit. */
  readonly maxLength?: number
}

/** Turns texts into the vocabulary numbers a model was trained on. Pure and synchronous. */
export interface Tokenizer {
  /** One more than the largest id of a batch, padding included: the rows an embedding table must have. */
  readonly vocabularySize: number
  /** The number of the piece that fills the short rows of a batch. */
  readonly padId: number
  /**
   * One text. Truncation drops pieces from the end but keeps the closing special piece.
   * @throws InputError when `maxLength` leaves no room for the special pieces.
   */
  encode(text: string, options?: TokenizeOptions): Encoding
  /** Two texts in one row; truncation shortens the longer one first, piece by piece. */
  encodePair(first: string, second: string, options?: TokenizeOptions): Encoding
  /** The pieces behind the numbers, as the vocabulary spells them (`##ing`, `▁的`). */
  tokens(ids: Iterable<number>): string[]
}
