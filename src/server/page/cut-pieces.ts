import type { Piece } from './server-client.ts'

/** A piece, and whether the model's limit cuts it off. */
export interface SeenPiece extends Piece {
  readonly isCut: boolean
}

/**
 * What the limit does to a text's pieces: they are cut at the end, and the special pieces around
 * them stay.
 */
export function cutPieces(pieces: readonly Piece[], limit: number): readonly SeenPiece[] {
  const behind = pieces.length - 1 - pieces.findLastIndex(({ special }) => !special)
  const end = pieces.length - behind
  return pieces.map((piece, place) => ({ ...piece, isCut: place >= limit - behind && place < end }))
}
