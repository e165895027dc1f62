import type {
  RerankingModelV3,
  RerankingModelV3CallOptions,
  SharedV3Warning,
} from '@ai-sdk/provider'
import { z } from 'zod'
import { SCORE_ACTIVATIONS } from '../../checkpoint/constants.ts'
import { TRUNCATION_POLICIES } from '../../encoder/constants.ts'
import type { LoadOptions } from '../../encoder/index.ts'
import { Reranker, type ScoreOptions } from '../../rerank/index.ts'
import { callOptions, truncationWarnings } from './call-options.ts'

/** How the AI SDK calls a reranker. */
export interface YujuRerankingModelOptions {
  /** The name the AI SDK reports. Default: the model's folder. */
  readonly modelId?: string
  /** How pairs are scored; `providerOptions.yuju` of a call goes before it. */
  readonly score?: Omit<ScoreOptions, 'signal' | 'onProgress'>
}

type RerankingResult = Awaited<ReturnType<RerankingModelV3['doRerank']>>

const callSchema = z.strictObject({
  prompt: z.string().exactOptional(),
  promptName: z.string().exactOptional(),
  maxLength: z.int().exactOptional(),
  truncate: z.enum(TRUNCATION_POLICIES).exactOptional(),
  activation: z.enum(SCORE_ACTIVATIONS).exactOptional(),
})

/**
 * A cross-encoder as a reranking model of the AI SDK, for `rerank` of `ai`. It is of specification
 * version 3: AI SDK 6 takes no later one, and 7 takes this one too.
 *
 * ```ts
 * const model = await YujuRerankingModel.load('models/my-reranker')
 * const { ranking } = await rerank({ model, query, documents, topN: 3 })
 * ```
 */
export class YujuRerankingModel implements RerankingModelV3 {
  readonly specificationVersion = 'v3'
  readonly provider = 'yuju'
  readonly modelId: string
  /** Disposed of by whoever loaded it: `await model.reranker.dispose()`. */
  readonly reranker: Reranker
  readonly #options: ScoreOptions

  constructor(
    reranker: Reranker,
    { modelId = reranker.checkpoint.folder, score = {} }: YujuRerankingModelOptions = {},
  ) {
    this.reranker = reranker
    this.modelId = modelId
    this.#options = score
  }

  /**
   * Loads a model folder, or downloads a model of the hub first.
   * @throws CheckpointError, HubError or RuntimeError, as `Reranker.load` does.
   */
  static async load(
    source: string,
    options: LoadOptions & YujuRerankingModelOptions = {},
  ): Promise<YujuRerankingModel> {
    return new YujuRerankingModel(await Reranker.load(source, options), {
      modelId: source,
      ...options,
    })
  }

  /**
   * Called by the AI SDK. Documents that are objects are scored as their JSON; pairs that were truncated
   * are told as warnings of the result, not on stderr. Bound to its model, as AI SDK 7 calls it through a
   * proxy, which has no private fields.
   * @throws InputError for an option that is unknown or out of bounds.
   */
  readonly doRerank = async ({
    query,
    documents,
    topN,
    ...call
  }: RerankingModelV3CallOptions): Promise<RerankingResult> => {
    const { truncate = 'warn', ...options } = callOptions(call, callSchema, this.#options)
    const policy = truncate === 'warn' ? 'silent' : truncate
    const pairs = textsOf(documents).map((text) => [query, text] as const)
    const { scores, truncated } = await this.reranker.score(pairs, { ...options, truncate: policy })
    const ranking = Array.from(scores, (relevanceScore, index) => ({ index, relevanceScore }))
    ranking.sort((a, b) => b.relevanceScore - a.relevanceScore)
    return {
      ranking: ranking.slice(0, topN),
      warnings: [
        ...(documents.type === 'object' ? [OBJECTS_AS_JSON] : []),
        ...truncationWarnings('pairs', truncated, truncate),
      ],
    }
  }
}

const OBJECTS_AS_JSON: SharedV3Warning = {
  type: 'compatibility',
  feature: 'object documents',
  details: 'Object documents are scored as their JSON.',
}

function textsOf(documents: RerankingModelV3CallOptions['documents']): string[] {
  return documents.type === 'text'
    ? documents.values
    : documents.values.map((value) => JSON.stringify(value))
}
