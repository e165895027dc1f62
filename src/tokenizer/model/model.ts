/** Cuts a word into pieces of a vocabulary. */
export interface Model {
  /** The pieces by number; a number without a piece is a hole. */
  readonly pieces: readonly (string | undefined)[]
  /** The number of a piece, or undefined. */
  idOf(piece: string): number | undefined
  /** Appends the numbers of the word's pieces to `ids`. The word is not empty. */
  encode(word: string, ids: number[]): void
}
