import { CheckpointError } from '../errors/index.ts'

/** The pieces of a `vocab.txt`, one a line, numbered from 0. */
export function readVocabulary(text: string): string[] {
  const pieces = text.split(/\r\n|\n|\r/)
  if (pieces.at(-1) === '') pieces.pop()
  if (pieces.length > 0) return pieces
  throw new CheckpointError(
    'tokenizer-malformed',
    'vocab.txt is empty; it should hold one vocabulary piece a line',
    { facts: { place: 'vocab.txt' } },
  )
}
