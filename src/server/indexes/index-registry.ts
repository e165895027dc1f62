import { InputError, StoreError } from '../../errors/index.ts'
import { openStore, type StoreAccess, type VectorStore } from '../../search/index.ts'
import { quoted, serverError } from '../failures/index.ts'
import type { ModelRegistry, ServedModel } from '../models/index.ts'
import type { ServerSettings } from '../settings/index.ts'
import { ServedIndex } from './served-index.ts'

/** Texts to search in, and the name that requests call them by. */
export interface ServerIndex extends StoreAccess {
  readonly name: string
  /** Where `openStore` finds it; or a store, which stays the caller's to close. */
  readonly store: string | VectorStore
}

/** The indexes of a server, by name; the first is meant where a request names none. */
export class IndexRegistry {
  readonly #indexes: ReadonlyMap<string, ServedIndex>
  readonly #opened: readonly VectorStore[]

  private constructor(indexes: ReadonlyMap<string, ServedIndex>, opened: readonly VectorStore[]) {
    this.#indexes = indexes
    this.#opened = opened
  }

  /**
   * Opens stores, and finds the model of each among those that are served.
   * @throws InputError when two have one name; StoreError when one cannot be opened, or none of the
   *   models made its vectors.
   */
  static async open(
    indexes: readonly ServerIndex[],
    models: ModelRegistry,
    { queueSize }: Pick<ServerSettings, 'queueSize'>,
  ): Promise<IndexRegistry> {
    requireUnlike(indexes.map(({ name }) => name))
    const opened: VectorStore[] = []
    try {
      const byHash = new Map<string, ServedModel>()
      if (indexes.length > 0) {
        for (const model of models) byHash.set(await model.modelHash(), model)
      }
      const served = new Map<string, ServedIndex>()
      for (const { name, store: given, ...access } of indexes) {
        const store = typeof given === 'string' ? await openStore(given, access) : given
        if (typeof given === 'string') opened.push(store)
        const model = modelOf(name, store, byHash)
        served.set(name, new ServedIndex(name, { store, model, queueSize }))
      }
      return new IndexRegistry(served, opened)
    } catch (error) {
      await closeAll(opened)
      throw error
    }
  }

  get names(): readonly string[] {
    return [...this.#indexes.keys()]
  }

  /** Whether there is one that can be filtered. */
  get haveColumns(): boolean {
    return [...this.#indexes.values()].some(({ hasColumns }) => hasColumns)
  }

  /** @throws ServerError when there is no index of this name. */
  get(name: string | null | undefined): ServedIndex {
    const index = this.#indexes.get(name ?? this.names[0] ?? '')
    if (index) return index
    throw serverError(
      'index-unknown',
      `there is no index ${quoted(name ?? '')}; this server has: ${this.names.join(', ')}`,
      { facts: { index: name, known: this.names } },
    )
  }

  /** Closes the stores that were opened here. */
  close(): Promise<void> {
    return closeAll(this.#opened)
  }
}

function requireUnlike(names: readonly string[]): void {
  if (new Set(names).size === names.length) return
  throw new InputError('index-name-twice', `two indexes have one name: ${names.join(', ')}`, {
    facts: { names },
  })
}

/** @throws StoreError when none of the models made the store's vectors. */
function modelOf(
  name: string,
  { settings }: VectorStore,
  byHash: ReadonlyMap<string, ServedModel>,
): ServedModel {
  const model = byHash.get(settings.model)
  if (model) return model
  const served = [...byHash].map(([hash, { name: known }]) => `${known} (${hash.slice(0, 12)})`)
  const says = settings.model === '' ? 'not said' : `hash ${settings.model.slice(0, 12)}`
  throw new StoreError(
    'store-model',
    `which model made the vectors of the index ${name} (${says}) is none of those served: ` +
      `${served.join(', ')}. Serve it too, or index again with one of these`,
    { facts: { index: name, model: settings.model } },
  )
}

async function closeAll(stores: readonly VectorStore[]): Promise<void> {
  await Promise.all(stores.map((store) => store.close()))
}
