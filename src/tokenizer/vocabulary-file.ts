import { CheckpointError } from '../errors/index.ts'
import { requireFewTokens } from './limits.ts'
import { isWhitespace } from './text/categories.ts'

const LOCATION = 'vocab.txt'

/**
 * The tokens of a `vocab.txt`, one a line, with their ids, which are the lines' indices. White
 * space behind a token is none of it, and of a token that stands twice the last line counts, as in
 * `WordPiece.read_file` of Hugging Face tokenizers.
 */
export function readVocabulary(text: string): ReadonlyMap<string, number> {
  const ids = new Map<string, number>()
  let id = 0
  for (let start = 0; start < text.length; id++) {
    const newline = text.indexOf('\n', start)
    const next = newline < 0 ? text.length : newline
    let end = next
    while (end > start && isWhitespace(text.charCodeAt(end - 1))) end--
    requireFewTokens(id, LOCATION)
    ids.set(text.slice(start, end), id)
    start = next + 1
  }
  if (ids.size > (ids.has('') ? 1 : 0)) return ids
  throw new CheckpointError(
    'tokenizer-malformed',
    'vocab.txt is empty; it should hold one token of the vocabulary a line',
    { facts: { location: LOCATION } },
  )
}
