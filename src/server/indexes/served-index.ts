import { roleOptions } from '../../encoder/index.ts'
import { InputError } from '../../errors/index.ts'
import { type Hit, parseFilter, searchStore, type VectorStore } from '../../search/index.ts'
import { serverError } from '../failures/index.ts'
import { type EncodedText, finishVector, type ServedModel } from '../models/index.ts'

/** What is looked for, and how. */
export interface IndexQuery {
  readonly top: number
  readonly hybrid: boolean
  /** Conditions in words, of which all must be true. */
  readonly filter: readonly string[]
}

/** A store under the name that requests call it by, and the model that made its vectors. */
export class ServedIndex {
  readonly name: string
  readonly model: ServedModel
  readonly #store: VectorStore

  constructor(name: string, { model, store }: { model: ServedModel; store: VectorStore }) {
    this.name = name
    this.model = model
    this.#store = store
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
   * @throws ServerError for a filter that the store cannot have; StoreError when it fails.
   */
  search(
    texts: readonly string[],
    encoded: readonly EncodedText[],
    { top, hybrid, filter }: IndexQuery,
  ): Promise<Hit[][]> {
    const { settings } = this.#store
    const options = { top, hybrid, filter: readFilter(filter, settings) }
    const finish = { dimensions: settings.dimensions, normalize: false }
    return Promise.all(
      encoded.map(({ vector }, row) => {
        const query = { text: texts[row] ?? '', vector: finishVector(vector, finish) }
        return searchStore(this.#store, query, options)
      }),
    )
  }
}

function readFilter(conditions: readonly string[], settings: VectorStore['settings']) {
  try {
    return parseFilter(conditions, settings)
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause
    throw serverError('request-invalid', `filter: ${cause.message}`, { cause })
  }
}
