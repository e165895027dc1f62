import { InputError } from '../../errors/index.ts'
import type { ModelKind } from '../engine/index.ts'
import { quoted, serverError } from '../failures/index.ts'
import type { ServedModel } from './served-model.ts'

/** The models of a server, by name; the first is meant where a request names none. */
export class ModelRegistry {
  readonly first: ServedModel
  readonly #models: ReadonlyMap<string, ServedModel>

  /** @throws InputError when there is none, or two have one name. */
  constructor(models: readonly ServedModel[]) {
    const [first] = models
    if (!first) throw new InputError('models-empty', 'a server needs at least one model')
    this.first = first
    this.#models = new Map(models.map((model) => [model.name, model]))
    if (this.#models.size === models.length) return
    const names = models.map(({ name }) => name)
    throw new InputError('model-name-twice', `two models have one name: ${names.join(', ')}`, {
      facts: { names },
    })
  }

  get names(): readonly string[] {
    return [...this.#models.keys()]
  }

  /** The largest value of a property that each model has. */
  largest(property: 'dimensions' | 'hiddenSize' | 'maxLength' | 'vocabularySize'): number {
    return Math.max(...[...this].map(({ description }) => description[property]))
  }

  [Symbol.iterator](): Iterator<ServedModel> {
    return this.#models.values()
  }

  /** @throws ServerError when there is no model of this name. */
  get(name: string | null | undefined): ServedModel {
    const model = typeof name === 'string' ? this.#models.get(name) : this.first
    if (model) return model
    throw serverError(
      'model-unknown',
      `there is no model ${quoted(name ?? '')}; this server has: ${this.names.join(', ')}`,
      { facts: { model: name, known: this.names } },
    )
  }

  /** The model that makes vectors of texts. @throws as `get`, and when it is of the other kind */
  encoder(name: string | null | undefined): ServedModel {
    return this.#ofKind('encoder', name)
  }

  /** The model that scores pairs. @throws as `get`, and when it is of the other kind */
  reranker(name: string | null | undefined): ServedModel {
    return this.#ofKind('reranker', name)
  }

  /** Where a request names none, the first of its kind is meant. */
  #ofKind(kind: ModelKind, name: string | null | undefined): ServedModel {
    const isOfKind = ({ description }: ServedModel) => description.kind === kind
    const first = typeof name === 'string' ? undefined : [...this].find(isOfKind)
    const model = first ?? this.get(name)
    if (isOfKind(model)) return model
    const fitting = [...this].filter(isOfKind).map((other) => other.name)
    const cure = fitting.length > 0 ? `; name one of ${fitting.join(', ')}` : ''
    throw serverError(
      'model-kind',
      kind === 'encoder'
        ? `${model.name} is not an embedding model: it scores pairs, see /rerank${cure}`
        : `${model.name} is not a re-ranker model: it embeds texts, see /embed${cure}`,
      { facts: { model: model.name, kind } },
    )
  }
}
