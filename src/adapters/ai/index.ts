import type {
  EmbeddingModelV3,
  EmbeddingModelV3CallOptions,
  EmbeddingModelV3Result,
} from '@ai-sdk/provider'
import { z } from 'zod'
import { TRUNCATION_POLICIES } from '../../encoder/constants.ts'
import {
  type EncodeOptions,
  type LoadOptions,
  SentenceEncoder,
  type TruncationPolicy,
} from '../../encoder/index.ts'
import { InputError } from '../../errors/index.ts'
import { vectorRows } from '../vector-rows.ts'

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
    const { truncate = 'warn', ...options } = callOptions(call, this.#options)
    const policy = truncate === 'warn' ? 'silent' : truncate
    const embeddings = await this.encoder.encode(values, { ...options, truncate: policy })
    return {
      embeddings: vectorRows(embeddings),
      usage: { tokens: embeddings.tokens.reduce((sum, tokens) => sum + tokens, 0) },
      warnings: warningsOf(embeddings.truncated, truncate),
    }
  }
}

function warningsOf(
  truncated: Int32Array,
  policy: TruncationPolicy,
): EmbeddingModelV3Result['warnings'] {
  const count = truncated.reduce((sum, tokens) => sum + (tokens > 0 ? 1 : 0), 0)
  if (policy !== 'warn' || count === 0) return []
  return [
    { type: 'other', message: `${count} of ${truncated.length} texts were truncated to the limit` },
  ]
}

const callSchema = z.strictObject({
  prompt: z.string().exactOptional(),
  promptName: z.string().exactOptional(),
  normalize: z.boolean().exactOptional(),
  maxLength: z.int().exactOptional(),
  dimensions: z.int().exactOptional(),
  truncate: z.enum(TRUNCATION_POLICIES).exactOptional(),
})

/**
 * The options of one call: what its `providerOptions.yuju` asks for, else the defaults. A prompt that
 * is requested, or named, takes the place of a default prompt however that was given.
 * @throws InputError when `providerOptions.yuju` has a field that is unknown or of the wrong type.
 */
function callOptions(
  { abortSignal, providerOptions }: Omit<EmbeddingModelV3CallOptions, 'values'>,
  defaults: EncodeOptions,
): EncodeOptions {
  const requested = readOptions(providerOptions?.yuju ?? {})
  const signal = abortSignal === undefined ? {} : { signal: abortSignal }
  if (requested.prompt === undefined && requested.promptName === undefined) {
    return { ...defaults, ...requested, ...signal }
  }
  const { prompt: _, promptName: __, ...others } = defaults
  return { ...others, ...requested, ...signal }
}

function readOptions(given: unknown) {
  const read = callSchema.safeParse(given)
  if (read.success) return read.data
  throw new InputError(
    'provider-options',
    `providerOptions.yuju takes ${Object.keys(callSchema.shape).join(', ')}, but:\n` +
      z.prettifyError(read.error),
    { facts: { given }, cause: read.error },
  )
}
