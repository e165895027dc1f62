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
  EngineDescription,
  JobResult,
  ModelInput,
  TextInput,
  TextTokens,
  TokenVectors,
} from './engine.ts'

/** Runs an encoder on the thread that calls it: texts are split into tokens here. */
export class LocalEngine implements Engine {
  readonly description: EngineDescription
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
    for (const [prompt, indices] of indicesByPrompt(inputs)) {
      const texts = indices.map((index) => textAt(inputs, index))
      const tokenized = this.#encoder.tokenize(texts, { prompt })
      const rows = await this.#encoder.tokenEmbeddings(texts, { prompt, truncate: 'silent' })
      for (const [row, { data }] of rows.entries()) {
        vectors[indices[row] ?? 0] = { data, truncated: tokenized[row]?.truncated ?? 0 }
      }
    }
    return vectors
  }

  async tokenize(inputs: readonly TextInput[]): Promise<TextTokens[]> {
    const { tokenizer } = this.#encoder
    const specialTokens = specialTokensOf(tokenizer)
    return inputs.map(({ text, prompt }) => {
      const { ids } = tokenizeText(text, { prompt }, this.#encoder)
      return { ids, tokens: tokenizer.tokens(ids), specialTokens }
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
    for (const [prompt, indices] of indicesByPrompt(inputs)) {
      const texts = indices.map((index) => textAt(inputs, index))
      const rows = await this.#truncate(texts, prompt)
      indices.forEach((index, row) => {
        prepared[index] = rows[row] ?? EMPTY
      })
    }
    for (const [index, input] of inputs.entries()) {
      if ('ids' in input) prepared[index] = { ids: input.ids, truncated: 0, promptLength: 0 }
    }
    return prepared
  }

  #truncate(texts: readonly string[], prompt: string): Promise<PreparedText[]> {
    const { checkpoint, tokenizer } = this.#encoder
    const { maxLength } = checkpoint
    const settings = { prompt, maxLength, truncate: 'silent', signal: undefined } as const
    return prepareTexts(texts, settings, { checkpoint, tokenizer, firstNumber: 0 })
  }
}

/** How many special tokens stand before and after a text's own. */
function specialTokensOf(tokenizer: Tokenizer): TextTokens['specialTokens'] {
  const empty = tokenizer.encode('').ids
  const one = tokenizer.encode('1').ids
  const before = empty.findIndex((id, index) => id !== one[index])
  return before < 0 ? [empty.length, 0] : [before, empty.length - before]
}

const EMPTY: PreparedText = { ids: new Int32Array(), truncated: 0, promptLength: 0 }

/** Indices of the texts that stand behind the same prompt, which nearly always is all of them. */
function indicesByPrompt(inputs: readonly ModelInput[]): Map<string, number[]> {
  const indices = new Map<string, number[]>()
  for (const [index, input] of inputs.entries()) {
    if ('ids' in input) continue
    const same = indices.get(input.prompt)
    if (same) same.push(index)
    else indices.set(input.prompt, [index])
  }
  return indices
}

function textAt(inputs: readonly ModelInput[], index: number): string {
  const input = inputs[index]
  return input && 'text' in input ? input.text : ''
}

/** What a server has to know of an encoder's model. */
function describeModel(encoder: SentenceEncoder): EngineDescription {
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
