import { roleOptions } from '../../encoder/index.ts'
import { InputError } from '../../errors/index.ts'
import {
  type Hit,
  type HybridOptions,
  parseFilter,
  type StoreQuery,
  searchStore,
  type VectorStore,
} from '../../search/index.ts'
import { Batcher, type Work } from '../batching/index.ts'
import { serverError } from '../failures/index.ts'
import { type EncodedText, finishVector, type ServedModel } from '../models/index.ts'

/** What is looked for, and how. */
export interface IndexQuery {
  readonly top: number
  readonly hybrid: boolean
  /** Conditions in words, of which all must be true. */
  readonly filter: readonly string[]
  readonly signal: AbortSignal
}

/** Searches that are run side by side; one more is ready when one of them ends. */
const SIDE_BY_SIDE = 4

export interface ServedIndexParts {
  readonly model: ServedModel
  readonly store: VectorStore
  /** Searches that may wait. */
  readonly queueSize: number
}

/**
 * A store under the name that requests call it by, and the model that made its vectors. Searches wait
 * in a queue of their own, of requests in turn; what nobody waits for any more is not looked for.
 */
export class ServedIndex {
  readonly name: string
  readonly model: ServedModel
  readonly #store: VectorStore
  readonly #batcher: Batcher
  readonly #work: Work<IndexSearch, Hit[]>

  constructor(name: string, { model, store, queueSize }: ServedIndexParts) {
    this.name = name
    this.model = model
    this.#store = store
    // One search a batch: stores take one query at a time.
    this.#batcher = new Batcher(SIDE_BY_SIDE, { queueSize, batchTokens: 1, batchWait: 0 })
    this.#work = {
      cost: () => 1,
      run: (searches) =>
        Promise.all(searches.map(({ query, options }) => searchStore(store, query, options))),
    }
  }

  get hasColumns(): boolean {
    return Object.keys(this.#store.settings.columns).length > 0
  }

  /**
   * The prompt of this name; else the model's own for queries, if it has one.
   * @throws ServerError when the model has none of this name.
   */
  prompt(name: string | undefined): string {
    if (name !== undefined) return this.model.prompt(name)
    const { prompt, promptName } = roleOptions('query', {}, this.model.description.prompts)
    return prompt ?? this.model.prompt(promptName)
  }

  /**
   * What is most similar to each text, the best first.
   * @throws ServerError for a filter that the store cannot have, and when too many searches wait;
   *   StoreError when it fails; the signal's reason.
   */
  search(
    texts: readonly string[],
    encoded: readonly EncodedText[],
    { top, hybrid, filter, signal }: IndexQuery,
  ): Promise<Hit[][]> {
    const { settings } = this.#store
    const options = { top, hybrid, filter: readFilter(filter, settings) }
    const finish = { dimensions: settings.dimensions, normalize: false }
    const searches = encoded.map(({ vector }, row) => ({
      query: { text: texts[row] ?? '', vector: finishVector(vector, finish) },
      options,
    }))
    return this.#batcher.run(this.#work, searches, signal)
  }
}

interface IndexSearch {
  readonly query: StoreQuery
  readonly options: HybridOptions
}

function readFilter(conditions: readonly string[], settings: VectorStore['settings']) {
  try {
    return parseFilter(conditions, settings)
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause
    throw serverError('request-invalid', `filter: ${cause.message}`, { cause })
  }
}
