import type { CalibrationFile, Checkpoint, SimilarityName } from '../checkpoint/portable.ts'
import { InputError } from '../errors/index.ts'
import type { Precision } from '../precision/portable.ts'
import type { Backend } from '../runtime/portable.ts'
import { allPairsSimilarity, type Matrix, rowOf, similarityOf } from '../similarity/index.ts'
import type { Tokenizer } from '../tokenizer/index.ts'
import type { OutputType } from './constants.ts'
import type { Embeddings, OutputArrays, TokenEmbeddings } from './embeddings.ts'
import { type EncodeSettings, encodeSettings, requireTexts } from './encode-settings.ts'
import { BLOCK_SIZE, EncodingPipeline, type PipelineParts } from './encoding-pipeline.ts'
import { type EncodeOptions, requireWhole, type StreamOptions } from './options.ts'
import { PairMatcher } from './pair-match.ts'
import { requireTokens } from './prepared-tokens.ts'
import { quantizeEmbeddings } from './quantization.ts'
import { type PreparedText, prepareTexts, tokenizeText } from './text-preparation.ts'
import { roleOptions } from './text-role.ts'

/** What a tokenizer made of a text, for people. */
export interface TokenizedText {
  readonly ids: Int32Array
  readonly typeIds: Int32Array
  readonly tokens: readonly string[]
  /** Tokens truncated. */
  readonly truncated: number
}

/** What an encoder is made of. */
export interface EncoderParts extends PipelineParts {
  readonly precision: Precision
  /** The calibration that lies beside the model, or undefined where there is none. */
  readonly readCalibration: () => Promise<CalibrationFile | undefined>
}

/**
 * Turns sentences into vectors: a model, loaded and ready, wherever it runs. How it is loaded is
 * left to `SentenceEncoder` of Node and of browsers.
 */
export class Encoder {
  readonly #parts: EncoderParts
  readonly #pipeline: EncodingPipeline<string>
  readonly #judge: PairMatcher

  protected constructor(parts: EncoderParts) {
    this.#parts = parts
    this.#pipeline = new EncodingPipeline(parts, 'texts', prepareTexts)
    this.#judge = new PairMatcher(parts.checkpoint.folder, parts.readCalibration)
  }

  /** D, the length of a vector. */
  get dimensions(): number {
    return this.#parts.dimensions
  }
  /** The most tokens a text may have, special tokens included. */
  get maxLength(): number {
    return this.#parts.checkpoint.maxLength
  }
  /** The similarity the model was trained for. */
  get similarityName(): SimilarityName {
    return this.#parts.checkpoint.similarity
  }
  /** The folder, read: configuration, weights, modules, prompts. */
  get checkpoint(): Checkpoint {
    return this.#parts.checkpoint
  }
  /** What splits texts into the model's tokens. */
  get tokenizer(): Tokenizer {
    return this.#parts.tokenizer
  }
  /** Which runtime runs the model. */
  get backend(): Backend {
    return this.#parts.session.backend
  }

  /** What the linear layers compute with. */
  get precision(): Precision {
    return this.#parts.precision
  }

  /** One text gives one vector [D]; several give their vectors in order, with counts. */
  encode<Output extends OutputType = 'float32'>(
    text: string,
    options?: EncodeOptions<Output>,
  ): Promise<OutputArrays[Output]>
  encode<Output extends OutputType = 'float32'>(
    texts: readonly string[],
    options?: EncodeOptions<Output>,
  ): Promise<Embeddings<Output>>
  async encode<Output extends OutputType>(
    texts: string | readonly string[],
    options: EncodeOptions<Output> = {},
  ): Promise<OutputArrays[Output] | Embeddings<Output>> {
    const settings = encodeSettings(options, this.#parts)
    const list = typeof texts === 'string' ? [texts] : texts
    requireTexts(list)
    if (typeof texts === 'string') requireRanges(settings, 'one text')
    const embeddings = await this.#pipeline.encode(list, settings)
    const result = quantizeEmbeddings(embeddings, settings.output, settings.outputRanges)
    return typeof texts === 'string' ? result.data : result
  }

  /**
   * `encode`, for what is asked in a search: with the model's own prompt for queries, if it has one,
   * where the options name none. Reference: encode_query of sentence-transformers.
   */
  encodeQuery<Output extends OutputType = 'float32'>(
    text: string,
    options?: EncodeOptions<Output>,
  ): Promise<OutputArrays[Output]>
  encodeQuery<Output extends OutputType = 'float32'>(
    texts: readonly string[],
    options?: EncodeOptions<Output>,
  ): Promise<Embeddings<Output>>
  encodeQuery<Output extends OutputType>(
    texts: string | readonly string[],
    options: EncodeOptions<Output> = {},
  ): Promise<OutputArrays[Output] | Embeddings<Output>> {
    return this.encode(texts as string, roleOptions('query', options, this.checkpoint.prompts))
  }

  /**
   * `encode`, for what is found in a search: with the model's own prompt for documents, if it has
   * one (`document`, `passage` or `corpus`), where the options name none. Reference:
   * encode_document of sentence-transformers.
   */
  encodeDocument<Output extends OutputType = 'float32'>(
    text: string,
    options?: EncodeOptions<Output>,
  ): Promise<OutputArrays[Output]>
  encodeDocument<Output extends OutputType = 'float32'>(
    texts: readonly string[],
    options?: EncodeOptions<Output>,
  ): Promise<Embeddings<Output>>
  encodeDocument<Output extends OutputType>(
    texts: string | readonly string[],
    options: EncodeOptions<Output> = {},
  ): Promise<OutputArrays[Output] | Embeddings<Output>> {
    return this.encode(texts as string, roleOptions('document', options, this.checkpoint.prompts))
  }

  /**
   * Encodes any number of texts in blocks, in order, with memory for one block only.
   * @throws InputError for `int8` and `uint8` without `outputRanges`, as no block knows the others' range.
   */
  async *stream<Output extends OutputType = 'float32'>(
    texts: Iterable<string> | AsyncIterable<string>,
    { blockSize = BLOCK_SIZE, ...options }: StreamOptions<Output> = {},
  ): AsyncGenerator<Embeddings<Output>, void, void> {
    const size = requireWhole('blockSize', blockSize, { min: 1, max: 1_000_000 })
    const settings = encodeSettings(options as EncodeOptions<Output>, this.#parts)
    requireRanges(settings, 'a stream')
    const blocks = this.#pipeline.stream(texts, settings, { size, check: requireTexts })
    for await (const embeddings of blocks) {
      yield quantizeEmbeddings(embeddings, settings.output, settings.outputRanges)
    }
  }

  /**
   * Encodes texts that are tokens already, special tokens included: nothing is added to them.
   * @throws InputError for a text without tokens or with too many, or a token the model lacks.
   */
  async encodePrepared(
    texts: readonly PreparedText[],
    options: Omit<EncodeOptions, 'prompt' | 'promptName' | 'truncate'> = {},
  ): Promise<Embeddings> {
    const settings = encodeSettings(options, this.#parts)
    requireTokens(texts, { maxLength: settings.maxLength, tokenizer: this.#parts.tokenizer })
    const report = (done: number) => settings.onProgress?.({ done, total: texts.length })
    return this.#pipeline.encodePrepared(texts, settings, { report })
  }

  /** The tokens the model sees of each text. */
  tokenize(
    texts: readonly string[],
    options: Pick<EncodeOptions, 'prompt' | 'promptName' | 'maxLength'> = {},
  ): TokenizedText[] {
    requireTexts(texts)
    const settings = encodeSettings(options, this.#parts)
    return texts.map((text) => {
      const encoding = tokenizeText(text, settings, this.#parts)
      return { ...encoding, tokens: this.#parts.tokenizer.tokens(encoding.ids) }
    })
  }

  /** The vector of every token [T,H] of each text, special tokens included, before pooling. */
  async tokenEmbeddings(
    texts: readonly string[],
    options: EncodeOptions = {},
  ): Promise<TokenEmbeddings[]> {
    requireTexts(texts)
    return this.#pipeline.tokenEmbeddings(texts, encodeSettings(options, this.#parts))
  }

  /**
   * How similar two texts are, by the model's own similarity; or each of some texts [N] with each of
   * others [M]: N rows of M. For more than fits in memory see `allPairsSimilarity`.
   */
  similarity(a: string, b: string, options?: EncodeOptions): Promise<number>
  similarity(
    a: string | readonly string[],
    b: string | readonly string[],
    options?: EncodeOptions,
  ): Promise<Matrix>
  async similarity(
    a: string | readonly string[],
    b: string | readonly string[],
    options: EncodeOptions = {},
  ): Promise<number | Matrix> {
    const left = typeof a === 'string' ? [a] : a
    const right = typeof b === 'string' ? [b] : b
    const both = await this.encode([...left, ...right], options)
    if (typeof a === 'string' && typeof b === 'string') {
      return similarityOf(this.similarityName, rowOf(both, 0), rowOf(both, 1))
    }
    return scoresOf(this.similarityName, splitRows(both, left.length))
  }

  /**
   * Whether two texts mean the same, by the threshold that `yuju calibrate` found for this model.
   * @throws InputError when the model was not calibrated.
   */
  async isMatch(a: string, b: string, options: EncodeOptions = {}): Promise<boolean> {
    return (await this.#judge.judge((chosen) => this.encode([a, b], chosen), options)).isMatch
  }

  /**
   * The probability, from 0 to 1, that two texts mean the same, by the map that `yuju calibrate`
   * fitted for this model.
   * @throws InputError when the model was not calibrated.
   */
  async probability(a: string, b: string, options: EncodeOptions = {}): Promise<number> {
    return (await this.#judge.judge((chosen) => this.encode([a, b], chosen), options)).probability
  }

  /** Frees the model's memory and thread. Calls still waiting are refused, and so are later ones. */
  async dispose(): Promise<void> {
    await this.#parts.session.dispose()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  /** For `using` in code that cannot wait: the memory is freed a moment after the block. */
  [Symbol.dispose](): void {
    void this.dispose()
  }
}

function requireRanges({ output, outputRanges }: EncodeSettings<OutputType>, what: string): void {
  if ((output !== 'int8' && output !== 'uint8') || outputRanges) return
  throw new InputError(
    'ranges-missing',
    `${output} output of ${what} needs outputRanges: the smallest and largest value of each dimension, ` +
      'from outputRangesOf(embeddings) over some hundred typical texts',
    { facts: { output } },
  )
}

function splitRows({ data, rows, dimensions }: Matrix, first: number): readonly [Matrix, Matrix] {
  return [
    { data: data.subarray(0, first * dimensions), rows: first, dimensions },
    { data: data.subarray(first * dimensions), rows: rows - first, dimensions },
  ]
}

function scoresOf(name: SimilarityName, [a, b]: readonly [Matrix, Matrix]): Matrix {
  const data = new Float32Array(a.rows * b.rows)
  for (const block of allPairsSimilarity(name, [a, b])) data.set(block.scores, block.start * b.rows)
  return { data, rows: a.rows, dimensions: b.rows }
}
