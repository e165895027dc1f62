import { InputError } from '../errors/index.ts'
import type { Tokenizer } from '../tokenizer/index.ts'
import type { PreparedText } from './text-preparation.ts'

/**
 * @throws InputError for a text without pieces, with more than the limit, or with a number that is
 *   no piece; the message names the first such text.
 */
export function requirePieces(
  texts: readonly PreparedText[],
  { maxLength, tokenizer }: { readonly maxLength: number; readonly tokenizer: Tokenizer },
): void {
  // Without special pieces, an empty text has none.
  const takesNone = tokenizer.encode('').ids.length === 0
  for (const [index, { ids }] of texts.entries()) {
    if (ids.length === 0 && !takesNone)
      throw new InputError('pieces-empty', `text number ${index} has no pieces`)
    if (ids.length > maxLength) throw tooMany(index, ids.length, maxLength)
    const wrong = ids.find((id) => id < 0 || id >= tokenizer.vocabularySize)
    if (wrong !== undefined) throw unknownPiece(index, wrong, tokenizer)
  }
}

function tooMany(index: number, pieces: number, maxLength: number): InputError {
  return new InputError(
    'pieces-too-many',
    `text number ${index} has ${pieces} pieces, but the limit is ${maxLength}`,
    { facts: { index, pieces, maxLength } },
  )
}

function unknownPiece(index: number, id: number, { vocabularySize }: Tokenizer): InputError {
  return new InputError(
    'token-id-unknown',
    `${id}, in text number ${index}, is not the number of a piece; the vocabulary has 0 to ` +
      `${vocabularySize - 1}`,
    { facts: { index, id, vocabularySize } },
  )
}
