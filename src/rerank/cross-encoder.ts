import {
  type CrossEncoderCheckpoint,
  requireCrossEncoder,
  SCORE_ACTIVATIONS,
  type ScoreActivation,
} from '../checkpoint/portable.ts'
import {
  BLOCK_SIZE,
  type EncodeOptions,
  type EncoderParts,
  EncodingPipeline,
  encodeSettings,
  type PreparedText,
  preparePairs,
  requireChoice,
  requireTexts,
  requireTokens,
  requireWhole,
  type TextPair,
} from '../encoder/portable.ts'
import { InputError } from '../errors/index.ts'
import type { Precision } from '../precision/portable.ts'
import type { Backend } from '../runtime/portable.ts'
import type { Tokenizer } from '../tokenizer/index.ts'
import { applyActivation } from './score-activation.ts'

/** How pairs are scored; all of it may be left out. */
export interface ScoreOptions
  extends Pick<
    EncodeOptions,
    | 'prompt'
    | 'promptName'
    | 'maxLength'
    | 'truncate'
    | 'batchSize'
    | 'batchTokens'
    | 'signal'
    | 'onProgress'
  > {
  /**
   * What turns the logit of a pair into its score: `sigmoid`, 1 / (1 + e⁻ˣ), or `identity`. Default: as
   * the folder says, else `sigmoid`.
   */
  readonly activation?: ScoreActivation
}

/** How a stream of pairs is scored; all of it may be left out. */
export interface ScoreStreamOptions extends ScoreOptions {
  /** Pairs in each block that is given; also how far pairs are sorted by length. Default 8192. */
  readonly blockSize?: number
}

/** How documents are ranked; all of it may be left out. */
export interface RerankOptions extends ScoreOptions {
  /** The most documents that are given. Default: all. */
  readonly topK?: number
}

/** The scores of several pairs, in the order of the pairs. */
export interface PairScores {
  /** [rows] */
  readonly scores: Float32Array
  /** [rows]: tokens each pair was read as, special tokens and prompt included. */
  readonly tokens: Int32Array
  /** [rows]: tokens the limit removed of each pair; 0 where it fitted. */
  readonly truncated: Int32Array
}

/** A document and how well it answers the query. */
export interface RankedDocument {
  /** Its index among the documents that were given. */
  readonly index: number
  readonly score: number
  readonly text: string
}

/**
 * Scores pairs of texts: a cross-encoder, loaded and ready, wherever it runs. How it is loaded is left to
 * `Reranker` of Node and of browsers.
 */
export class CrossEncoder {
  readonly #parts: EncoderParts
  readonly #checkpoint: CrossEncoderCheckpoint
  readonly #pipeline: EncodingPipeline<TextPair>

  protected constructor(parts: EncoderParts) {
    requireCrossEncoder(parts.checkpoint)
    this.#parts = parts
    this.#checkpoint = parts.checkpoint
    this.#pipeline = new EncodingPipeline(parts, 'pairs', preparePairs)
  }

  /** The most tokens a pair may have, special tokens included. */
  get maxLength(): number {
    return this.#checkpoint.maxLength
  }
  /** What turns logits into scores where a call does not say. */
  get activation(): ScoreActivation {
    return this.#checkpoint.crossEncoder.activation
  }
  /** The folder, read: configuration, weights, prompts. */
  get checkpoint(): CrossEncoderCheckpoint {
    return this.#checkpoint
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

  /**
   * How well the texts of a pair fit together; several pairs give their scores in order, with counts.
   * Pairs that are too long lose tokens of their longer text, one by one (`longest_first` of
   * transformers). Reference: CrossEncoder.predict of sentence-transformers.
   * @throws InputError for an option out of its bounds, or a pair that is none.
   */
  score(pair: TextPair, options?: ScoreOptions): Promise<number>
  score(pairs: readonly TextPair[], options?: ScoreOptions): Promise<PairScores>
  async score(
    pairs: TextPair | readonly TextPair[],
    options: ScoreOptions = {},
  ): Promise<number | PairScores> {
    const list = isPair(pairs) ? [pairs] : pairs
    const result = await this.#score(list, options)
    return isPair(pairs) ? (result.scores[0] ?? Number.NaN) : result
  }

  /**
   * The documents by how well they answer the query, best first; of equal ones the earlier first.
   * Reference: CrossEncoder.rank of sentence-transformers.
   * @throws InputError for an option out of its bounds, or a text that is none.
   */
  async rerank(
    query: string,
    documents: readonly string[],
    { topK, ...options }: RerankOptions = {},
  ): Promise<RankedDocument[]> {
    if (topK !== undefined) {
      requireWhole('topK', topK, { min: 1, max: Number.MAX_SAFE_INTEGER })
    }
    requireTexts([query, ...documents])
    const pairs = documents.map((document) => [query, document] as const)
    const { scores } = await this.#score(pairs, options)
    return rankedDocuments(documents, scores).slice(0, topK)
  }

  /** Scores any number of pairs in blocks, in order, with memory for one block only. */
  async *stream(
    pairs: Iterable<TextPair> | AsyncIterable<TextPair>,
    { blockSize = BLOCK_SIZE, activation, ...options }: ScoreStreamOptions = {},
  ): AsyncGenerator<PairScores, void, void> {
    const size = requireWhole('blockSize', blockSize, { min: 1, max: 1_000_000 })
    const settings = encodeSettings(options, this.#parts)
    const chosen = this.#activation(activation)
    for await (const block of this.#pipeline.stream(pairs, settings, {
      size,
      check: requirePairs,
    })) {
      yield { ...counts(block), scores: applyActivation(block.data, chosen) }
    }
  }

  /**
   * The logits [rows] of pairs that are tokens already, special tokens included: nothing is added to them.
   * @throws InputError for a pair without tokens or with too many, or a token the model lacks.
   */
  async logitsOfPrepared(pairs: readonly PreparedText[]): Promise<Float32Array> {
    const settings = encodeSettings({}, this.#parts)
    requireTokens(pairs, { maxLength: settings.maxLength, tokenizer: this.#parts.tokenizer })
    const report = () => {}
    return (await this.#pipeline.encodePrepared(pairs, settings, { report })).data
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

  async #score(
    pairs: readonly TextPair[],
    { activation, ...options }: ScoreOptions,
  ): Promise<PairScores> {
    const settings = encodeSettings(options, this.#parts)
    const chosen = this.#activation(activation)
    requirePairs(pairs)
    const result = await this.#pipeline.encode(pairs, settings)
    return { ...counts(result), scores: applyActivation(result.data, chosen) }
  }

  #activation(name: ScoreActivation | undefined): ScoreActivation {
    return name === undefined
      ? this.activation
      : requireChoice('activation', name, SCORE_ACTIVATIONS)
  }
}

function isPair(pairs: TextPair | readonly TextPair[]): pairs is TextPair {
  return pairs.length === 2 && typeof pairs[0] === 'string'
}

function counts({ tokens, truncated }: Omit<PairScores, 'scores'>): Omit<PairScores, 'scores'> {
  return { tokens, truncated }
}

function requirePairs(pairs: readonly unknown[]): void {
  const wrong = pairs.findIndex((pair) => !(Array.isArray(pair) && pair.length === 2))
  if (wrong !== -1) {
    throw new InputError(
      'pair-type',
      `every pair must be an array of two strings, but number ${wrong} is not`,
      { facts: { index: wrong } },
    )
  }
  requireTexts(pairs.flat())
}

function rankedDocuments(documents: readonly string[], scores: Float32Array): RankedDocument[] {
  const all = documents.map((text, index) => ({ index, score: scores[index] as number, text }))
  return all.sort((a, b) => b.score - a.score)
}
