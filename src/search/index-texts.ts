import { blocksOf, type EncodeOptions, type SentenceEncoder } from '../encoder/index.ts'
import { wellFormed } from '../tokenizer/index.ts'
import { isComparable } from './check-records.ts'
import { checkFilter, type Filter } from './filter.ts'
import { requireModel } from './store-model.ts'
import { IdSet, textId, warnOfIdConflict } from './text-ids.ts'
import type { Metadata, StoredText, VectorRecord, VectorStore } from './vector-store.ts'

/** A text to be put into a store. */
export interface TextToIndex {
  /** Default: a hash of the text, so that equal texts are one record. */
  readonly id?: string
  /** Kept with U+FFFD in place of half a surrogate pair, as the model sees it. */
  readonly text: string
  /** One value for each of the store's columns. Default: none. */
  readonly metadata?: Metadata
}

/** How far indexing has come. */
export interface IndexProgress {
  /** Texts read so far. */
  readonly read: number
}

/** How texts are encoded and written into a store. */
export interface IndexOptions
  extends Pick<EncodeOptions, 'truncate' | 'batchSize' | 'batchTokens' | 'signal'> {
  /**
   * Texts looked up, encoded and written together; of what was done, a kill loses two blocks at most.
   * Default 8192.
   */
  readonly blockSize?: number
  /**
   * At the end, remove the records of which this filter is true (`[]`: all) and that were not among the
   * texts. Default: none are removed.
   */
  readonly prune?: Filter
  /** Whether the store is optimized at the end. Default true. */
  readonly optimize?: boolean
  /** Called where texts that are there already will be there twice. Default: stderr. */
  readonly onWarning?: (message: string) => void
  readonly onProgress?: (progress: IndexProgress) => void
}

/** What became of the texts. */
export interface IndexResult {
  readonly read: number
  /** New, or with another text than before. */
  readonly encoded: number
  /** With the text they had and other metadata. */
  readonly changed: number
  /** As they were, or the same as a later one. */
  readonly unchanged: number
  /** Without a token that the model knows, so that their vectors are zeros; they are not kept. */
  readonly skipped: number
  /** Records that were removed, by `prune`. */
  readonly removed: number
}

const BLOCK = 8192
/** Ids that are removed together. */
const REMOVED_IDS = 10_000

/**
 * Puts texts into a store; those it has already, with the same text, are not encoded again. Each
 * block is written whole or not at all, so that a run that was killed is just started again. While
 * one block is written, the next is encoded. At the end records are removed, with `prune`,
 * and the store is optimized.
 * @throws StoreError when another model made the store's vectors; what `upsert` and `encode` throw.
 */
export async function indexTexts(
  encoder: SentenceEncoder,
  store: VectorStore,
  texts: Iterable<TextToIndex> | AsyncIterable<TextToIndex>,
  options: IndexOptions = {},
): Promise<IndexResult> {
  await requireModel(store, encoder.checkpoint)
  const {
    blockSize = BLOCK,
    prune,
    optimize = true,
    onProgress: _,
    onWarning: __,
    ...encode
  } = options
  if (prune) checkFilter(prune, store.settings)
  const { prompt, maxLength, dimensions } = store.settings
  const sifter = new Sifter(store, { ...options, blockSize })
  const blocks = encoder.stream(sifter.unknownTexts(texts), {
    ...encode,
    ...(maxLength === 0 ? {} : { maxLength }),
    ...{ prompt, dimensions, blockSize },
  })
  let written: Promise<void> = Promise.resolve()
  try {
    for await (const { data, rows } of blocks) {
      const records = sifter.taken(rows).map((text, row) => {
        return { ...text, vector: data.subarray(row * dimensions, (row + 1) * dimensions) }
      })
      await written
      written = sifter.write(records)
      // Awaited with the next block, which may fail before it.
      written.catch(() => {})
    }
  } finally {
    await written
  }
  options.signal?.throwIfAborted()
  if (prune) await sifter.prune(prune)
  if (optimize) await store.optimize?.()
  return sifter.result
}

type SifterOptions = IndexOptions & { readonly blockSize: number }

/** Separates texts that must be encoded from those that need not be. */
class Sifter {
  readonly #store: VectorStore
  readonly #options: SifterOptions
  /** Texts that were handed out and whose vectors are awaited. */
  readonly #waiting: StoredText[] = []
  readonly #counts = { read: 0, encoded: 0, changed: 0, skipped: 0, removed: 0 }
  /** Of all texts, where others are to be removed. */
  readonly #ids: IdSet | undefined

  constructor(store: VectorStore, options: SifterOptions) {
    this.#store = store
    this.#options = options
    this.#ids = options.prune && new IdSet()
  }

  get result(): IndexResult {
    const { read, encoded, changed, skipped, removed } = this.#counts
    const unchanged = read - encoded - changed
    return { read, encoded: encoded - skipped, changed, unchanged, skipped, removed }
  }

  /** The next texts that were handed out. */
  taken(count: number): StoredText[] {
    return this.#waiting.splice(0, count)
  }

  async *unknownTexts(
    texts: Iterable<TextToIndex> | AsyncIterable<TextToIndex>,
  ): AsyncGenerator<string, void, void> {
    for await (const block of blocksOf(texts, this.#options.blockSize)) {
      this.#options.signal?.throwIfAborted()
      if (this.#counts.read === 0) await this.#warn(block)
      const wanted = new Map(block.map((text) => [idOf(text), storedText(text)]))
      for (const id of wanted.keys()) this.#ids?.add(id)
      const known = await this.#store.getTexts([...wanted.keys()])
      const changed: StoredText[] = []
      for (const old of known) {
        const text = wanted.get(old.id)
        if (text?.text !== old.text) continue
        wanted.delete(old.id)
        if (!isSame(text.metadata, old.metadata)) changed.push(text)
      }
      await this.#change(changed)
      this.#counts.read += block.length
      this.#counts.encoded += wanted.size
      this.#options.onProgress?.({ read: this.#counts.read })
      for (const text of wanted.values()) {
        this.#waiting.push(text)
        yield text.text
      }
    }
  }

  /** Vectors of zeros are found by no search; what the store had under their ids is no more. */
  async write(records: readonly VectorRecord[]): Promise<void> {
    const isKept = ({ vector }: VectorRecord) => isComparable(vector, this.#store.settings)
    const skipped = records.filter((record) => !isKept(record))
    await this.#store.upsert(records.filter(isKept))
    if (skipped.length > 0) await this.#store.delete(skipped.map(({ id }) => id))
    this.#counts.skipped += skipped.length
  }

  /** Removes what was not among the texts. */
  async prune(filter: Filter): Promise<void> {
    const gone: string[] = []
    for await (const ids of this.#store.ids(filter)) {
      for (const id of ids) if (!this.#ids?.has(id)) gone.push(id)
    }
    for (let start = 0; start < gone.length; start += REMOVED_IDS) {
      this.#options.signal?.throwIfAborted()
      await this.#store.delete(gone.slice(start, start + REMOVED_IDS))
    }
    this.#counts.removed = gone.length
  }

  async #warn(block: readonly TextToIndex[]): Promise<void> {
    const hasIds = block.some(({ id, text }) => id !== undefined && id !== textId(text))
    await warnOfIdConflict(this.#store, hasIds, this.#options.onWarning)
  }

  /** Other metadata to vectors that stay. */
  async #change(texts: readonly StoredText[]): Promise<void> {
    this.#counts.changed += texts.length
    if (texts.length === 0) return
    const vectors = await this.#store.get(texts.map(({ id }) => id))
    const vectorOf = new Map(vectors.map(({ id, vector }) => [id, vector]))
    const records = texts.flatMap((text): VectorRecord[] => {
      const vector = vectorOf.get(text.id)
      return vector ? [{ ...text, vector }] : []
    })
    await this.#store.upsert(records)
  }
}

function storedText({ metadata = {}, ...text }: TextToIndex): StoredText {
  return { id: idOf(text), text: wellFormed(text.text), metadata }
}

function idOf({ id, text }: TextToIndex): string {
  return id ?? textId(text)
}

function isSame(a: Metadata, b: Metadata): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
