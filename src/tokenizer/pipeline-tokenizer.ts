import { InputError } from '../errors/index.ts'
import { type AddedToken, AddedTokens } from './added-tokens.ts'
import type { Model } from './model/model.ts'
import type { Normalizer } from './normalizer/normalizer.ts'
import { countSpecial, type Frame, fill, type Slot } from './post-processor/frame.ts'
import type { PreTokenizer } from './pre-tokenizer/pre-tokenizer.ts'
import { wellFormed } from './text/well-formed.ts'
import type { Encoding, TokenizeOptions, Tokenizer } from './tokenizer.ts'
import { keptLengths } from './truncation.ts'

/** The steps of a tokenizer, in the order a text goes through them. */
export interface Pipeline {
  readonly addedTokens: readonly AddedToken[]
  readonly normalizer: Normalizer
  readonly preTokenizer: PreTokenizer
  readonly model: Model
  readonly frame: Frame
  readonly padId: number
}

/** A tokenizer made of steps: added tokens, normalizer, pre-tokenizer, model, frame. */
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
    return frameTexts(this.#pipeline.frame.single, [this.#tokens(text)], options)
  }

  encodePair(first: string, second: string, options: TokenizeOptions = {}): Encoding {
    const texts = [this.#tokens(first), this.#tokens(second)]
    return frameTexts(this.#pipeline.frame.pair, texts, options)
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

function vocabularySize({ model, addedTokens, frame, padId }: Pipeline): number {
  const slots = [...frame.single, ...frame.pair]
  const special = slots.flatMap((slot) => (slot.kind === 'special' ? [slot.id] : []))
  const ids = [padId, ...special, ...addedTokens.map(({ id }) => id)]
  return ids.reduce((limit, id) => Math.max(limit, id + 1), model.idLimit)
}

function frameTexts(
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
