import { createTokenizer, tokenizerJsonText } from '../../tokenizer/index.ts'
import { parseTokenizer } from './tokenizer-content.ts'

/** The numbers of the pieces that are no part of a text: its frame, padding, unknown, mask. */
export function specialPieces(files: ReadonlyMap<string, string>): ReadonlySet<number> {
  const tokenizer = createTokenizer(files)
  const { added_tokens: added } = parseTokenizer(tokenizerJsonText(files))
  const named = added.filter(({ special }) => special !== false).map(({ id }) => id)
  return new Set([...tokenizer.encodePair('', '').ids, tokenizer.padId, ...named])
}
