import { InputError } from '../errors/index.ts'
import type { Tokenizer } from '../tokenizer/index.ts'
import type { PreparedText } from './text-preparation.ts'

/**
 * @throws InputError for a text without tokens, with more than the limit, or with a number that is
 *   no token; the message names the first such text.
 */
export function requireTokens(
  texts: readonly PreparedText[],
  { maxLength, tokenizer }: { readonly maxLength: number; readonly tokenizer: Tokenizer },
): void {
  // Without special tokens, an empty text has none.
  const takesNone = tokenizer.encode('').ids.length === 0
  for (const [index, { ids }] of texts.entries()) {
    if (ids.length === 0 && !takesNone)
      throw new InputError('tokens-empty', `the text at index ${index} has no tokens`)
    if (ids.length > maxLength) throw tooMany(index, ids.length, maxLength)
    const wrong = ids.find((id) => id < 0 || id >= tokenizer.vocabularySize)
    if (wrong !== undefined) throw unknownToken(index, wrong, tokenizer)
  }
}

function tooMany(index: number, tokens: number, maxLength: number): InputError {
  return new InputError(
    'tokens-too-many',
    `the text at index ${index} has ${tokens} tokens, but the limit is ${maxLength}`,
    { facts: { index, tokens, maxLength } },
  )
}

function unknownToken(index: number, id: number, { vocabularySize }: Tokenizer): InputError {
  return new InputError(
    'token-id-unknown',
    `${id}, in the text at index ${index}, is not a token id; the vocabulary has 0 to ` +
      `${vocabularySize - 1}`,
    { facts: { index, id, vocabularySize } },
  )
}
