import type { Checkpoint } from '../../checkpoint/index.ts'
import { tokenizerOptions } from '../../encoder/index.ts'
import { createTokenizer, tokenizerJsonText } from '../../tokenizer/index.ts'
import { parseTokenizer } from './tokenizer-content.ts'

/** The ids of the tokens that are no part of a text: its frame, padding, unknown, mask. */
export function specialTokens(checkpoint: Checkpoint): ReadonlySet<number> {
  const { tokenizerFiles: files } = checkpoint
  const options = tokenizerOptions(checkpoint)
  const tokenizer = createTokenizer(files, options)
  const { added_tokens: added } = parseTokenizer(tokenizerJsonText(files, options))
  const named = added.filter(({ special }) => special !== false).map(({ id }) => id)
  return new Set([...tokenizer.encodePair('', '').ids, tokenizer.padId, ...named])
}
