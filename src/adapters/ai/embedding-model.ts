import type {
  EmbeddingModelV3,
  EmbeddingModelV3CallOptions,
  EmbeddingModelV3Result,
} from '@ai-sdk/provider'
import { z } from 'zod'
import { TRUNCATION_POLICIES } from '../../encoder/constants.ts'
import { type EncodeOptions, type LoadOptions, SentenceEncoder } from '../../encoder/index.ts'
import { vectorRows } from '../vector-rows.ts'
import { callOptions, truncationWarnings } from './call-options.ts'

/** How the AI SDK calls a model. */
export interface YujuEmbeddingModelOptions {
  /** The name the AI SDK reports. Default: the model's folder. */
  readonly modelId?: string
  /** How texts are encoded; `providerOptions.yuju` of a call goes before it. */
  readonly encode?: Omit<EncodeOptions, 'signal' | 'onProgress'>
}

/**
 * A sentence encoder as an embedding model of the AI SDK, for `embed` and `embedMany` of `ai`.
 * It is of specification version 3: AI SDK 6 takes no later one, and 7 takes this one too.
 *
 * ```ts
 * const model = await YujuEmbeddingModel.load('models/my-encoder')
 * const { embeddings } = await embedMany({ model, values })
 * ```
 */
export class YujuEmbeddingModel implements EmbeddingModelV3 {
  readonly specificationVersion = 'v3'
  readonly provider = 'yuju'
  readonly modelId: string
  /** All texts of a call are encoded together: batches are made inside. */
  readonly maxEmbeddingsPerCall = Number.POSITIVE_INFINITY
  readonly supportsParallelCalls = true
  /** Disposed of by whoever loaded it: `await model.encoder.dispose()`. */
  readonly encoder: SentenceEncoder
  readonly #options: EncodeOptions

  constructor(
    encoder: SentenceEncoder,
    { modelId = encoder.checkpoint.folder, encode = {} }: YujuEmbeddingModelOptions = {},
  ) {
    this.encoder = encoder
    this.modelId = modelId
    this.#options = encode
  }

  /**
   * Loads a model folder, or downloads a model of the hub first.
   * @throws CheckpointError, HubError or RuntimeError, as `SentenceEncoder.load` does.
   */
  static async load(
    source: string,
    options: LoadOptions & YujuEmbeddingModelOptions = {},
  ): Promise<YujuEmbeddingModel> {
    const encoder = await SentenceEncoder.load(source, options)
    return new YujuEmbeddingModel(encoder, { modelId: source, ...options })
  }

  /**
   * Called by the AI SDK. Truncated texts are warnings of the result, and not written to stderr.
   * Bound to its model, as AI SDK 7 calls it through a proxy, which has no private fields.
   * @throws InputError for an option that is unknown or out of bounds.
   */
  readonly doEmbed = async ({
    values,
    ...call
  }: EmbeddingModelV3CallOptions): Promise<EmbeddingModelV3Result> => {
    const { truncate = 'warn', ...options } = callOptions(call, callSchema, this.#options)
    const policy = truncate === 'warn' ? 'silent' : truncate
    const embeddings = await this.encoder.encode(values, { ...options, truncate: policy })
    return {
      embeddings: vectorRows(embeddings),
      usage: { tokens: embeddings.tokens.reduce((sum, tokens) => sum + tokens, 0) },
      warnings: truncationWarnings('texts', embeddings.truncated, truncate),
    }
  }
}

const callSchema = z.strictObject({
  prompt: z.string().exactOptional(),
  promptName: z.string().exactOptional(),
  normalize: z.boolean().exactOptional(),
  maxLength: z.int().exactOptional(),
  dimensions: z.int().exactOptional(),
  truncate: z.enum(TRUNCATION_POLICIES).exactOptional(),
})
