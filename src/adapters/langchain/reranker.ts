import type { DocumentInterface } from '@langchain/core/documents'
import type { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors'
import type { LoadOptions } from '../../encoder/index.ts'
import { Reranker, type RerankOptions } from '../../rerank/index.ts'

/** How LangChain's documents are ranked. */
export interface YujuRerankerOptions {
  /** The most documents that are kept, and how pairs are scored. Default: all documents. */
  readonly rerank?: RerankOptions
}

/**
 * A cross-encoder as LangChain's document compressor, for `ContextualCompressionRetriever`: the documents
 * by how well they answer the query, best first, each with its `relevanceScore` in its metadata.
 *
 * ```ts
 * const baseCompressor = await YujuReranker.load('models/my-reranker', { rerank: { topK: 3 } })
 * const retriever = new ContextualCompressionRetriever({ baseCompressor, baseRetriever })
 * ```
 */
export class YujuReranker implements BaseDocumentCompressor {
  /** Disposed of by whoever loaded it: `await compressor.reranker.dispose()`. */
  readonly reranker: Reranker
  readonly #options: RerankOptions

  constructor(reranker: Reranker, { rerank = {} }: YujuRerankerOptions = {}) {
    this.reranker = reranker
    this.#options = rerank
  }

  /**
   * Loads a model folder, or downloads a model of the hub first.
   * @throws CheckpointError, HubError or RuntimeError, as `Reranker.load` does.
   */
  static async load(
    source: string,
    options: LoadOptions & YujuRerankerOptions = {},
  ): Promise<YujuReranker> {
    return new YujuReranker(await Reranker.load(source, options), options)
  }

  /** Called by LangChain; the documents that were given stay as they are. */
  async compressDocuments(
    documents: DocumentInterface[],
    query: string,
  ): Promise<DocumentInterface[]> {
    const texts = documents.map(({ pageContent }) => pageContent)
    const ranking = await this.reranker.rerank(query, texts, this.#options)
    return ranking.flatMap(({ index, score }) => {
      const document = documents[index]
      if (!document) return []
      return [{ ...document, metadata: { ...document.metadata, relevanceScore: score } }]
    })
  }
}
