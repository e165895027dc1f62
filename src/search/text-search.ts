import { type EncodeOptions, type SentenceEncoder, sideOptions } from '../encoder/index.ts'
import { checkTop } from './check-records.ts'
import { fuseRanks } from './reciprocal-rank.ts'
import { requireModel } from './store-model.ts'
import type { Hit, SearchOptions, VectorStore } from './vector-store.ts'

/** From how deep in both lists a hybrid search fuses: so many for each wanted, and at least 50. */
const FUSED = { factor: 4, least: 50, most: 10_000 }

export interface TextSearchOptions
  extends SearchOptions,
    Pick<EncodeOptions, 'prompt' | 'promptName' | 'truncate' | 'signal'> {
  /** Look for words too, and fuse what both found by their ranks. Default: false. */
  readonly hybrid?: boolean
}

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
    const sided = sideOptions('query', encode, this.#encoder.checkpoint.prompts)
    const { dimensions } = this.#store.settings
    const vector = await this.#encoder.encode(text, { ...sided, dimensions })
    const chosen = filter === undefined ? {} : { filter }
    if (!hybrid) return this.#store.search(vector, { top, ...chosen })
    const depth = Math.min(FUSED.most, Math.max(FUSED.least, FUSED.factor * top))
    const lists = await Promise.all([
      this.#store.search(vector, { top: depth, ...chosen }),
      this.#store.searchText(text, { top: depth, ...chosen }),
    ])
    return fuseRanks(lists, top)
  }
}
