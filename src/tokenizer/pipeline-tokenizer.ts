import { InputError } from '../errors/index.ts'
import { type AddedToken, AddedTokens } from './added-tokens.ts'
import type { Normalizer, PreTokenizer } from './component.ts'
import type { TokenizerModel } from './model/model.ts'
import {
  countSpecial,
  fill,
  type Slot,
  type SpecialTokenTemplate,
} from './post-processor/template.ts'
import { wellFormed } from './text/safe-text.ts'
import type { Encoding, TokenizeOptions, Tokenizer } from './tokenizer.ts'
import { keptLengths } from './truncation.ts'

/** The steps of a tokenizer, in the order a text goes through them. */
export interface Pipeline {
  readonly addedTokens: readonly AddedToken[]
  readonly normalizer: Normalizer
  readonly preTokenizer: PreTokenizer
  readonly model: TokenizerModel
  readonly template: SpecialTokenTemplate
  readonly padId: number
}

/** A tokenizer made of steps: added tokens, normalizer, pre-tokenizer, model, special-token template. */
export class PipelineTokenizer implements Tokenizer {
  readonly vocabularySize: number
  readonly padId: number
  readonly #pipeline: Pipeline
  readonly #rawTokens: AddedTokens
  readonly #normalizedTokens: AddedTokens
  readonly #addedContents: ReadonlyMap<number, string>

  constructor(pipeline: Pipeline) {
    const { addedTokens, normalizer } = pipeline
    this.#pipeline = pipeline
    this.padId = pipeline.padId
    this.#rawTokens = new AddedTokens(addedTokens.filter((token) => !token.normalized))
    this.#normalizedTokens = new AddedTokens(
      addedTokens
        .filter((token) => token.normalized)
        .map((token) => ({ ...token, content: normalizer(token.content) })),
    )
    this.#addedContents = new Map(addedTokens.map(({ id, content }) => [id, content]))
    this.vocabularySize = vocabularySize(pipeline)
  }

  encode(text: string, options: TokenizeOptions = {}): Encoding {
    return fillTemplate(this.#pipeline.template.single, [this.#tokens(text)], options)
  }

  encodePair(first: string, second: string, options: TokenizeOptions = {}): Encoding {
    const texts = [this.#tokens(first), this.#tokens(second)]
    return fillTemplate(this.#pipeline.template.pair, texts, options)
  }

  tokens(ids: Iterable<number>): string[] {
    return Array.from(ids, (id) => {
      const token = this.#addedContents.get(id) ?? this.#pipeline.model.tokens.get(id)
      if (token !== undefined) return token
      throw new InputError(
        'token-id-unknown',
        `${id} is not a token id; the vocabulary has 0 to ${this.vocabularySize - 1}`,
        { facts: { id, vocabularySize: this.vocabularySize } },
      )
    })
  }

  #tokens(text: string): number[] {
    const ids: number[] = []
    for (const [index, section] of this.#rawTokens.split(wellFormed(text)).entries()) {
      if (typeof section === 'number') ids.push(section)
      else this.#encodeSection(section, index === 0, ids)
    }
    return ids
  }

  #encodeSection(text: string, atStart: boolean, ids: number[]): void {
    const { normalizer, preTokenizer, model } = this.#pipeline
    for (const [index, section] of this.#normalizedTokens.split(normalizer(text)).entries()) {
      if (typeof section === 'number') ids.push(section)
      else for (const word of preTokenizer(section, atStart && index === 0)) model.encode(word, ids)
    }
  }
}

function vocabularySize({ model, addedTokens, template, padId }: Pipeline): number {
  const slots = [...template.single, ...template.pair]
  const special = slots.flatMap((slot) => (slot.kind === 'special' ? [slot.id] : []))
  const ids = [padId, ...special, ...addedTokens.map(({ id }) => id)]
  return ids.reduce((limit, id) => Math.max(limit, id + 1), model.idLimit)
}

function fillTemplate(
  slots: readonly Slot[],
  texts: readonly (readonly number[])[],
  { maxLength }: TokenizeOptions,
): Encoding {
  const lengths = texts.map((tokens) => tokens.length)
  const kept = keptLengths(lengths, countSpecial(slots), maxLength)
  return { ...fill(slots, texts, kept), truncated: sum(lengths) - sum(kept) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
