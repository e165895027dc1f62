import { checkpointHash } from '../../checkpoint/index.ts'
import {
  type PreparedText,
  prepareTexts,
  type SentenceEncoder,
  tokenizerOptions,
  tokenizeText,
} from '../../encoder/index.ts'
import { createTokenDecoder, type TokenDecoder, type Tokenizer } from '../../tokenizer/index.ts'
import type {
  DecodeInput,
  Engine,
  JobResult,
  ModelDescription,
  ModelInput,
  TextInput,
  TextTokens,
  TokenVectors,
} from './engine.ts'

/** Runs an encoder on the thread that calls it: texts are split into tokens here. */
export class LocalEngine implements Engine {
  readonly description: ModelDescription
  /** One is split into tokens while the other is run. */
  readonly capacity = 2
  readonly isReady = true
  readonly #encoder: SentenceEncoder
  #decoder: TokenDecoder | undefined

  constructor(encoder: SentenceEncoder) {
    this.description = describeModel(encoder)
    this.#encoder = encoder
  }

  async encode(inputs: readonly ModelInput[]): Promise<JobResult> {
    const start = performance.now()
    const prepared = await this.#prepare(inputs)
    const ready = performance.now()
    const { data } = await this.#encoder.encodePrepared(prepared)
    const end = performance.now()
    return {
      data,
      tokens: Int32Array.from(prepared, ({ ids }) => ids.length),
      truncated: Int32Array.from(prepared, (text) => text.truncated),
      tokenization: (ready - start) / 1000,
      inference: (end - ready) / 1000,
    }
  }

  async tokenVectors(inputs: readonly TextInput[]): Promise<TokenVectors[]> {
    const vectors: TokenVectors[] = []
    for (const [prompt, places] of placesByPrompt(inputs)) {
      const texts = places.map((place) => textAt(inputs, place))
      const tokenized = this.#encoder.tokenize(texts, { prompt })
      const rows = await this.#encoder.tokenEmbeddings(texts, { prompt, truncate: 'silent' })
      for (const [row, { data }] of rows.entries()) {
        vectors[places[row] ?? 0] = { data, truncated: tokenized[row]?.truncated ?? 0 }
      }
    }
    return vectors
  }

  async tokenize(inputs: readonly TextInput[]): Promise<TextTokens[]> {
    const { tokenizer } = this.#encoder
    const frame = frameOf(tokenizer)
    return inputs.map(({ text, prompt }) => {
      const { ids } = tokenizeText(text, { prompt }, this.#encoder)
      return { ids, tokens: tokenizer.tokens(ids), frame }
    })
  }

  async decode(inputs: readonly DecodeInput[]): Promise<string[]> {
    const { checkpoint, tokenizer } = this.#encoder
    const options = tokenizerOptions(checkpoint)
    this.#decoder ??= createTokenDecoder(checkpoint.tokenizerFiles, tokenizer, options)
    const decoder = this.#decoder
    return inputs.map(({ ids, skipSpecial }) => decoder.decode(ids, { skipSpecial }))
  }

  modelHash(): Promise<string> {
    return checkpointHash(this.#encoder.checkpoint)
  }

  dispose(): Promise<void> {
    return this.#encoder.dispose()
  }

  async #prepare(inputs: readonly ModelInput[]): Promise<PreparedText[]> {
    const prepared: PreparedText[] = []
    for (const [prompt, places] of placesByPrompt(inputs)) {
      const texts = places.map((place) => textAt(inputs, place))
      const rows = await this.#cut(texts, prompt)
      places.forEach((place, row) => {
        prepared[place] = rows[row] ?? EMPTY
      })
    }
    for (const [place, input] of inputs.entries()) {
      if ('ids' in input) prepared[place] = { ids: input.ids, truncated: 0, promptLength: 0 }
    }
    return prepared
  }

  #cut(texts: readonly string[], prompt: string): Promise<PreparedText[]> {
    const { checkpoint, tokenizer } = this.#encoder
    const { maxLength } = checkpoint
    const settings = { prompt, maxLength, truncate: 'silent', signal: undefined } as const
    return prepareTexts(texts, settings, { checkpoint, tokenizer, firstNumber: 0 })
  }
}

/** How many special tokens stand before and behind a text's own. */
function frameOf(tokenizer: Tokenizer): TextTokens['frame'] {
  const empty = tokenizer.encode('').ids
  const one = tokenizer.encode('1').ids
  const before = empty.findIndex((id, place) => id !== one[place])
  return before < 0 ? [empty.length, 0] : [before, empty.length - before]
}

const EMPTY: PreparedText = { ids: new Int32Array(), truncated: 0, promptLength: 0 }

/** Places of the texts that stand behind the same prompt, which nearly always is all of them. */
function placesByPrompt(inputs: readonly ModelInput[]): Map<string, number[]> {
  const places = new Map<string, number[]>()
  for (const [place, input] of inputs.entries()) {
    if ('ids' in input) continue
    const same = places.get(input.prompt)
    if (same) same.push(place)
    else places.set(input.prompt, [place])
  }
  return places
}

function textAt(inputs: readonly ModelInput[], place: number): string {
  const input = inputs[place]
  return input && 'text' in input ? input.text : ''
}

/** What a server has to know of an encoder's model. */
function describeModel(encoder: SentenceEncoder): ModelDescription {
  const { checkpoint, tokenizer } = encoder
  const [weight] = checkpoint.weights.values()
  const pooling = checkpoint.modules.find(({ kind }) => kind === 'pooling')
  return {
    dimensions: encoder.dimensions,
    hiddenSize: checkpoint.config.hiddenSize,
    maxLength: encoder.maxLength,
    vocabularySize: tokenizer.vocabularySize,
    similarity: encoder.similarityName,
    pooling: pooling?.kind === 'pooling' ? pooling.modes.join('+') : 'none',
    weightType: weight?.type ?? 'float32',
    backend: encoder.backend,
    precision: encoder.precision,
    prompts: checkpoint.prompts,
    defaultPromptName: checkpoint.defaultPromptName,
  }
}
