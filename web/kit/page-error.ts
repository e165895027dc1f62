import { type Facts, said } from './language.ts'
import type { Word } from './words.ts'

/** An error that the page explains in its own words. */
export class PageError extends Error {
  readonly word: Word
  readonly facts: Facts

  constructor(word: Word, facts: Facts = {}) {
    super(word)
    this.word = word
    this.facts = facts
  }
}

/** What an error says, in the language of the page where it can. */
export function messageOf(error: unknown): Node | string {
  if (error instanceof PageError) return said(error.word, error.facts)
  return error instanceof Error ? error.message : String(error)
}
