import { CheckpointError } from '../errors/index.ts'
import { isWhitespace } from './text/categories.ts'
import { WORD_CLASS } from './text/regex.ts'
import { Trie } from './text/trie.ts'

/** A token that is looked for in the text itself, before the model sees it, e.g. `[MASK]`. */
export interface AddedToken {
  readonly id: number
  readonly content: string
  /** Found only where no word character touches it. */
  readonly singleWord: boolean
  /** Takes the white space on its left with it. */
  readonly leftStrip: boolean
  readonly rightStrip: boolean
  /** Looked for after normalization, in its own normalized form. */
  readonly normalized: boolean
  /** No part of what a text says: skipped on request when ids become text again. */
  readonly special: boolean
}

/** A stretch of text between added tokens, or the id of one. */
export type Section = string | number

const ENDS_WITH_WORD = new RegExp(`[${WORD_CLASS}]$`, 'u')
const STARTS_WITH_WORD = new RegExp(`^[${WORD_CLASS}]`, 'u')

/** Finds added tokens: from the left, at each position the longest. */
export class AddedTokens {
  readonly #tokens: readonly AddedToken[]
  readonly #trie = new Trie()

  /**
   * @param tokens with `content` as it is to be found.
   * @throws CheckpointError for two that are found by the same content, of which the reference takes
   *   one by chance.
   */
  constructor(tokens: readonly AddedToken[]) {
    this.#tokens = tokens
    for (const [index, { id, content }] of tokens.entries()) {
      if (content === '') continue
      const other = tokens[this.#trie.get(content)]
      if (other) throw ambiguousToken(content, other.id, id)
      this.#trie.set(content, index)
    }
  }

  /** The text split at its added tokens; empty stretches of text are dropped. */
  split(text: string): Section[] {
    const sections: Section[] = []
    let done = 0
    for (let index = 0; index < text.length; index++) {
      if (this.#trie.child(Trie.root, text.charCodeAt(index)) === Trie.absent) continue
      const token = this.#longestAt(text, index)
      if (!token) continue
      const end = index + token.content.length
      if (!token.singleWord || isSingleWord(text, index, end)) {
        const start = token.leftStrip ? Math.max(spaceBefore(text, index), done) : index
        if (start > done) sections.push(text.slice(done, start))
        sections.push(token.id)
        done = token.rightStrip ? spaceAfter(text, end) : end
      }
      index = end - 1
    }
    if (done < text.length) sections.push(done === 0 ? text : text.slice(done))
    return sections
  }

  #longestAt(text: string, start: number): AddedToken | undefined {
    let found: AddedToken | undefined
    let node: number = Trie.root
    for (let index = start; index < text.length; index++) {
      node = this.#trie.child(node, text.charCodeAt(index))
      if (node === Trie.absent) break
      const value = this.#trie.value(node)
      if (value !== Trie.absent) found = this.#tokens[value]
    }
    return found
  }
}

function ambiguousToken(content: string, first: number, second: number): CheckpointError {
  return new CheckpointError(
    'tokenizer-added-tokens',
    `the added tokens ${first} and ${second} are both ${JSON.stringify(content)} once they are ` +
      'normalized, so that neither can be told from the other; remove one, or have it found as it is ' +
      'written (normalized: false)',
    { facts: { content, ids: [first, second] } },
  )
}

function isSingleWord(text: string, start: number, end: number): boolean {
  // Two units are enough to hold the neighbouring character.
  const before = text.slice(Math.max(start - 2, 0), start)
  return !ENDS_WITH_WORD.test(before) && !STARTS_WITH_WORD.test(text.slice(end, end + 2))
}

function spaceBefore(text: string, start: number): number {
  let first = start
  while (first > 0 && isWhitespace(text.charCodeAt(first - 1))) first--
  return first
}

function spaceAfter(text: string, end: number): number {
  let last = end
  while (last < text.length && isWhitespace(text.charCodeAt(last))) last++
  return last
}
