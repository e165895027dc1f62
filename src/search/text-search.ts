import { type EncodeOptions, roleOptions, type SentenceEncoder } from '../encoder/index.ts'
import { checkTop } from './check-records.ts'
import { type HybridOptions, searchStore } from './hybrid-search.ts'
import { requireModel } from './store-model.ts'
import type { Hit, VectorStore } from './vector-store.ts'

/** What is looked for, and how the text that is searched with is encoded. */
export interface TextSearchOptions
  extends HybridOptions,
    Pick<EncodeOptions, 'prompt' | 'promptName' | 'truncate' | 'signal'> {}

/** Searches a store with texts; the store must have been made with this model. */
export class TextSearch {
  readonly #encoder: SentenceEncoder
  readonly #store: VectorStore

  private constructor(encoder: SentenceEncoder, store: VectorStore) {
    this.#encoder = encoder
    this.#store = store
  }

  /** @throws StoreError when another model made the store's vectors. */
  static async open(encoder: SentenceEncoder, store: VectorStore): Promise<TextSearch> {
    await requireModel(store, encoder.checkpoint)
    return new TextSearch(encoder, store)
  }

  /**
   * The records most similar to a text, the best first. The prompt is by default the model's own for
   * queries, if it has one. Scores of a hybrid search are sums of 1 / (60 + rank).
   * @throws InputError for what `VectorStore.search` and `encode` refuse.
   */
  async search(text: string, options: TextSearchOptions = {}): Promise<Hit[]> {
    const { hybrid = false, top: _, filter, ...encode } = options
    const top = checkTop(options)
    const sided = roleOptions('query', encode, this.#encoder.checkpoint.prompts)
    const { dimensions } = this.#store.settings
    const vector = await this.#encoder.encode(text, { ...sided, dimensions })
    const chosen = filter === undefined ? {} : { filter }
    return searchStore(this.#store, { text, vector }, { top, hybrid, ...chosen })
  }
}
