import { CheckpointError } from '../errors/index.ts'

/** The largest vocabularies of encoders have 500,000 tokens. */
const MOST_TOKENS = 600_000

/** @throws CheckpointError for more tokens or merges than any tokenizer has. */
export function requireFewTokens(count: number, place: string): void {
  if (count > MOST_TOKENS) throw tooLarge(place, `more than ${MOST_TOKENS} entries`)
}

export function tooLarge(place: string, what: string): CheckpointError {
  return new CheckpointError(
    'tokenizer-too-large',
    `${place} has ${what}; tokenizers of sentence encoders are smaller`,
    { facts: { place, what } },
  )
}
