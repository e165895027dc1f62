import { element } from './element.ts'
import { type Facts, said } from './language.ts'
import { Refusal, Unreachable } from './server-client.ts'
import type { Word } from './words.ts'

/** What was typed cannot be asked. */
export class InputProblem extends Error {
  readonly word: Word
  readonly facts: Facts

  constructor(word: Word, facts: Facts = {}) {
    super(word)
    this.word = word
    this.facts = facts
  }
}

/** What went wrong, for the person before the page. */
export function problemOf(error: unknown): HTMLElement {
  return element('p', { class: 'problem', role: 'alert' }, ...partsOf(error))
}

function partsOf(error: unknown): readonly (Node | string)[] {
  if (error instanceof InputProblem) return [said(error.word, error.facts)]
  if (error instanceof Unreachable) return [said('unreachable')]
  if (error instanceof Refusal) {
    const { status, code, message } = error
    const isBusy = status === 429 || status === 503
    const advice = isBusy ? [' ', said('busy')] : []
    return [said('refused', { status, code }), ' ', message, ...advice]
  }
  return [said('mistaken'), ' ', String(error)]
}
