import { CheckpointError } from '../errors/index.ts'
import { strip } from './normalizer/strip.ts'

const TRAILING = { left: false, right: true }

/**
 * The tokens of a `vocab.txt`, one a line, with their ids, which are the lines' numbers from 0. White
 * space behind a token is none of it, and of a token that stands twice the last line counts, as in
 * `WordPiece.read_file` of Hugging Face tokenizers.
 */
export function readVocabulary(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const ids = new Map(lines.map((line, id) => [strip(line, TRAILING), id]))
  if ([...ids.keys()].some((token) => token !== '')) return ids
  throw new CheckpointError(
    'tokenizer-malformed',
    'vocab.txt is empty; it should hold one token of the vocabulary a line',
    { facts: { place: 'vocab.txt' } },
  )
}
