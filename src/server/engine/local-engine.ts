import { checkpointHash, embeddingWidth } from '../../checkpoint/index.ts'
import {
  type LoadOptions,
  loadSource,
  type PreparedText,
  preparePairs,
  prepareTexts,
  SentenceEncoder,
  tokenizerOptions,
  tokenizeText,
} from '../../encoder/index.ts'
import { Reranker } from '../../rerank/index.ts'
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

/** What a server can serve. */
export type LocalModel = SentenceEncoder | Reranker

/** Loads a model of either kind. @throws what `SentenceEncoder.load` throws. */
export async function loadLocalModel(source: string, options: LoadOptions): Promise<LocalModel> {
  const checkpoint = await loadSource(source, options)
  return checkpoint.crossEncoder
    ? Reranker.fromCheckpoint(checkpoint, options)
    : SentenceEncoder.fromCheckpoint(checkpoint, options)
}

/** Runs a model on the thread that calls it: texts are split into tokens here. */
export class LocalEngine implements Engine {
  readonly description: EngineDescription
  /** One is split into tokens while the other is run. */
  readonly capacity = 2
  readonly isReady = true
  readonly #model: LocalModel
  #decoder: TokenDecoder | undefined

  constructor(model: LocalModel) {
    this.description = describeModel(model)
    this.#model = model
  }

  async encode(inputs: readonly ModelInput[]): Promise<JobResult> {
    const start = performance.now()
    const prepared = await this.#prepare(inputs)
    const ready = performance.now()
    const data = await this.#compute(prepared)
    const end = performance.now()
    return {
      data,
      tokens: Int32Array.from(prepared, ({ ids }) => ids.length),
      truncated: Int32Array.from(prepared, (text) => text.truncated),
      tokenization: (ready - start) / 1000,
      inference: (end - ready) / 1000,
    }
  }

  async #compute(prepared: readonly PreparedText[]): Promise<Float32Array> {
    if (this.#model instanceof Reranker) return this.#model.logitsOfPrepared(prepared)
    return (await this.#model.encodePrepared(prepared)).data
  }

  async tokenVectors(inputs: readonly TextInput[]): Promise<TokenVectors[]> {
    const encoder = this.#model
    if (encoder instanceof Reranker) throw new RangeError('a reranker has no vectors')
    const vectors: TokenVectors[] = []
    for (const [prompt, indices] of indicesByPrompt(inputs)) {
      const texts = indices.map((index) => inputs[index]?.text ?? '')
      const tokenized = encoder.tokenize(texts, { prompt })
      const rows = await encoder.tokenEmbeddings(texts, { prompt, truncate: 'silent' })
      for (const [row, { data }] of rows.entries()) {
        vectors[indices[row] ?? 0] = { data, truncated: tokenized[row]?.truncated ?? 0 }
      }
    }
    return vectors
  }

  async tokenize(inputs: readonly TextInput[]): Promise<TextTokens[]> {
    const { tokenizer } = this.#model
    const specialTokens = specialTokensOf(tokenizer)
    return inputs.map(({ text, prompt }) => {
      const { ids } = tokenizeText(text, { prompt }, this.#model)
      return { ids, tokens: tokenizer.tokens(ids), specialTokens }
    })
  }

  async decode(inputs: readonly DecodeInput[]): Promise<string[]> {
    const { checkpoint, tokenizer } = this.#model
    const options = tokenizerOptions(checkpoint)
    this.#decoder ??= createTokenDecoder(checkpoint.tokenizerFiles, tokenizer, options)
    const decoder = this.#decoder
    return inputs.map(({ ids, skipSpecial }) => decoder.decode(ids, { skipSpecial }))
  }

  modelHash(): Promise<string> {
    return checkpointHash(this.#model.checkpoint)
  }

  dispose(): Promise<void> {
    return this.#model.dispose()
  }

  async #prepare(inputs: readonly ModelInput[]): Promise<PreparedText[]> {
    const prepared: PreparedText[] = []
    for (const [prompt, indices] of indicesByPrompt(inputs)) {
      const rows = await this.#truncate(
        indices.flatMap((index) => inputs[index] ?? []),
        prompt,
      )
      indices.forEach((index, row) => {
        prepared[index] = rows[row] ?? EMPTY
      })
    }
    for (const [index, input] of inputs.entries()) {
      if ('ids' in input) prepared[index] = { ids: input.ids, truncated: 0, promptLength: 0 }
    }
    return prepared
  }

  #truncate(inputs: readonly ModelInput[], prompt: string): Promise<PreparedText[]> {
    const { checkpoint, tokenizer } = this.#model
    const { maxLength } = checkpoint
    const settings = { prompt, maxLength, truncate: 'silent', signal: undefined } as const
    const tools = { checkpoint, tokenizer, firstIndex: 0 }
    if (!checkpoint.crossEncoder) return prepareTexts(inputs.map(textOf), settings, tools)
    const pairs = inputs.map((input) => [textOf(input), documentOf(input)] as const)
    return preparePairs(pairs, settings, tools)
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

const textOf = (input: ModelInput) => ('text' in input ? input.text : '')
const documentOf = (input: ModelInput) => ('document' in input ? input.document : '')

/** What a server has to know of a model. */
function describeModel(model: LocalModel): EngineDescription {
  const { checkpoint, tokenizer } = model
  const [weight] = checkpoint.weights.values()
  const pooling = checkpoint.modules.find(({ kind }) => kind === 'pooling')
  return {
    kind: checkpoint.crossEncoder ? 'reranker' : 'encoder',
    dimensions: embeddingWidth(checkpoint),
    hiddenSize: checkpoint.config.hiddenSize,
    maxLength: model.maxLength,
    vocabularySize: tokenizer.vocabularySize,
    similarity: checkpoint.similarity,
    pooling: pooling?.kind === 'pooling' ? pooling.modes.join('+') : 'none',
    weightType: weight?.type ?? 'float32',
    backend: model.backend,
    precision: model.precision,
    prompts: checkpoint.prompts,
    defaultPromptName: checkpoint.defaultPromptName,
  }
}
