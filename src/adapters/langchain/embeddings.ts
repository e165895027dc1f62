import type { EmbeddingsInterface } from '@langchain/core/embeddings'
import {
  type EncodeOptions,
  type LoadOptions,
  roleOptions,
  SentenceEncoder,
} from '../../encoder/index.ts'
import { vectorRows } from '../vector-rows.ts'

/** How LangChain's documents and queries are encoded. */
export interface YujuEmbeddingsOptions {
  /** How documents are encoded. Default: with the model's prompt for documents, if it has one. */
  readonly documents?: EncodeOptions
  /** How queries are encoded. Default: with the model's prompt for queries, if it has one. */
  readonly queries?: EncodeOptions
}

/**
 * A sentence encoder as LangChain's embeddings, for its vector stores, retrievers and caches.
 * Documents of one call are encoded in batches, so pass many at once.
 *
 * ```ts
 * const embeddings = await YujuEmbeddings.load('models/my-encoder')
 * const store = await MemoryVectorStore.fromTexts(texts, metadata, embeddings)
 * ```
 */
export class YujuEmbeddings implements EmbeddingsInterface {
  /** Disposed of by whoever loaded it: `await embeddings.encoder.dispose()`. */
  readonly encoder: SentenceEncoder
  readonly #documents: EncodeOptions
  readonly #queries: EncodeOptions

  constructor(
    encoder: SentenceEncoder,
    { documents = {}, queries = {} }: YujuEmbeddingsOptions = {},
  ) {
    const { prompts } = encoder.checkpoint
    this.encoder = encoder
    this.#documents = roleOptions('document', documents, prompts)
    this.#queries = roleOptions('query', queries, prompts)
  }

  /**
   * Loads a model folder, or downloads a model of the hub first.
   * @throws CheckpointError, HubError or RuntimeError, as `SentenceEncoder.load` does.
   */
  static async load(
    source: string,
    options: LoadOptions & YujuEmbeddingsOptions = {},
  ): Promise<YujuEmbeddings> {
    return new YujuEmbeddings(await SentenceEncoder.load(source, options), options)
  }

  /** One vector [D] a document, in the order of the documents. */
  async embedDocuments(documents: string[]): Promise<number[][]> {
    return vectorRows(await this.encoder.encode(documents, this.#documents))
  }

  /** The vector [D] of a query. */
  async embedQuery(query: string): Promise<number[]> {
    return Array.from(await this.encoder.encode(query, this.#queries))
  }
}
