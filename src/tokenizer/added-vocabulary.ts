import type { AddedToken } from './added-tokens.ts'
import type { Model } from './model/model.ts'
import type { TokenContent } from './tokenizer-config.ts'

/**
 * Tokens beside those of a model's vocabulary, by content, with their flags. Their ids are not for the
 * files to say: a token that the vocabulary has keeps its id there, others are numbered from its end, in
 * the order in which they are added. Reference: `AddedVocabulary` of Hugging Face tokenizers.
 */
export class AddedVocabulary {
  readonly #model: Model
  readonly #tokens = new Map<string, AddedToken>()

  constructor(model: Model) {
    this.#model = model
  }

  get tokens(): readonly AddedToken[] {
    return [...this.#tokens.values()]
  }

  has(content: string): boolean {
    return this.#tokens.has(content)
  }

  /** Adds tokens; one that is there already keeps its id and gets the new flags. */
  add(tokens: Iterable<TokenContent>): void {
    let next = this.tokens.reduce((end, { id }) => Math.max(end, id + 1), this.#model.size)
    for (const token of tokens) {
      const { content } = token
      if (content === '') continue
      const id = this.#tokens.get(content)?.id ?? this.#model.idOf(content) ?? next++
      this.#tokens.set(content, addedToken(id, token))
    }
  }
}

function addedToken(id: number, token: TokenContent): AddedToken {
  const { content, lstrip = false, rstrip = false, single_word: singleWord = false } = token
  const { special = false, normalized = !special } = token
  return { id, content, singleWord, leftStrip: lstrip, rightStrip: rstrip, normalized, special }
}
