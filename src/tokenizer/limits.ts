import { CheckpointError, InputError } from '../errors/index.ts'
import type { Component, Role } from './component.ts'

/** The largest vocabularies of encoders have 500,000 tokens. */
const MOST_TOKENS = 600_000

/** @throws CheckpointError for more tokens or merges than any tokenizer has. */
export function requireFewTokens(count: number, location: string): void {
  if (count > MOST_TOKENS) throw tooLarge(location, `more than ${MOST_TOKENS} entries`)
}

export function tooLarge(location: string, what: string): CheckpointError {
  return new CheckpointError(
    'tokenizer-too-large',
    `${location} has ${what}; tokenizers of sentence encoders are smaller`,
    { facts: { location, what } },
  )
}

/** No character becomes more than the 18 of U+FDFA under NFKC. */
const MOST_PER_CHARACTER = 20
/** What may be put around a short text. */
const MOST_AROUND = 1024
/** Real tokenizers have some ten. */
const MOST_STEPS = 100

/** How long a text may become, in UTF-16 units, from one step to the last. */
export function growthLimit(text: string): number {
  return MOST_PER_CHARACTER * text.length + MOST_AROUND
}

/** @throws InputError for a text that its tokenizer blows up: every step could double it. */
export function requireModest(length: number, limit: number, role: Role): void {
  if (length <= limit) return
  throw new InputError(
    'text-grows',
    `the ${role} of the model's tokenizer.json makes a text of more than ${limit} characters out of ` +
      `one of ${Math.floor((limit - MOST_AROUND) / MOST_PER_CHARACTER)}; do not trust this model`,
    { facts: { role, length, limit } },
  )
}

/**
 * The steps a part of `tokenizer.json` is made of, those of sequences in it taken apart.
 * @param parts gives what a sequence is made of
 * @throws CheckpointError for more than any tokenizer has.
 */
export function flatSteps(
  component: Component,
  role: Role,
  parts: (sequence: Component) => readonly Component[],
): readonly Component[] {
  const steps: Component[] = []
  const waiting = [component]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.type !== 'Sequence') {
      steps.push(next)
      continue
    }
    const inner = parts(next)
    if (steps.length + waiting.length + inner.length > MOST_STEPS) {
      throw tooLarge(`tokenizer.json: the ${role}`, `more than ${MOST_STEPS} steps`)
    }
    waiting.push(...inner.toReversed())
  }
  return steps
}
