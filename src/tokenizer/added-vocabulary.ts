import type { AddedToken } from './added-tokens.ts'
import type { TokenizerModel } from './model/model.ts'
import { bertTokens, rebuiltClass } from './tokenizer-class.ts'
import type { TokenContent, TokenizerConfig } from './tokenizer-config.ts'
import type { TokenizerDescription } from './tokenizer-json.ts'

/**
 * Tokens beside those of a model's vocabulary, by content, with their flags. Their ids are not for the
 * files to say: a token that the vocabulary has keeps its id there, others get the ids that follow, in
 * the order in which they are added. Reference: `AddedVocabulary` of Hugging Face tokenizers.
 */
class AddedVocabulary {
  readonly #model: TokenizerModel
  readonly #tokens = new Map<string, AddedToken>()

  constructor(model: TokenizerModel) {
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

/**
 * The tokens beside the model's, in the order in which the reference adds them: those the files list,
 * by their ids there; special tokens that only have a role; further special tokens. One that only has
 * a role, and no row, is dropped: with it the reference fails. Reference: `TokenizersBackend.__init__`
 * of transformers 5.
 */
export function addedTokensOf(
  stored: TokenizerDescription,
  config: TokenizerConfig,
  {
    model,
    rows = Number.POSITIVE_INFINITY,
  }: { readonly model: TokenizerModel; readonly rows?: number | undefined },
): readonly AddedToken[] {
  const rebuilt = rebuiltClass(stored, config)
  const added = new AddedVocabulary(model)
  if (!rebuilt) added.add(stored.added_tokens)
  added.add(listedTokens(stored, config))
  const named = Object.values(rebuilt === 'bert' ? bertTokens(config) : config.named)
  const roles = named.filter(({ content }) => !added.has(content))
  added.add([...roles, ...config.extra.filter(({ content }) => !added.has(content))])
  const isRole = ({ content }: AddedToken) => roles.some((role) => role.content === content)
  return added.tokens.filter((token) => token.id < rows || !isRole(token))
}

function listedTokens(
  { added_tokens: stored }: TokenizerDescription,
  { listed, hasDecoder }: TokenizerConfig,
): TokenContent[] {
  const older = hasDecoder ? [] : stored.map((token) => [token.id, token] as const)
  const byId = [...new Map([...listed, ...older])]
  return byId.sort(([a], [b]) => a - b).map(([, token]) => token)
}
