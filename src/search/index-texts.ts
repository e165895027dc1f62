import { createHash } from 'node:crypto'
import { blocksOf, type EncodeOptions, type SentenceEncoder } from '../encoder/index.ts'
import { requireModel } from './store-model.ts'
import type { Metadata, StoredText, VectorRecord, VectorStore } from './vector-store.ts'

/** A text to be put into a store. */
export interface TextToIndex {
  /** Default: a hash of the text, so that equal texts are one record. */
  readonly id?: string
  readonly text: string
  /** One value for each of the store's columns. Default: none. */
  readonly metadata?: Metadata
}

export interface IndexProgress {
  /** Texts read so far. */
  readonly read: number
}

export interface IndexOptions
  extends Pick<EncodeOptions, 'truncate' | 'batchSize' | 'batchTokens' | 'signal'> {
  /**
   * Texts looked up, encoded and written together; of what was done, a kill loses two blocks at most.
   * Default 8192.
   */
  readonly blockSize?: number
  /** Whether the store is optimized at the end. Default true. */
  readonly optimize?: boolean
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
}

const BLOCK = 8192

/**
 * Puts texts into a store; those it has already, with the same text, are not encoded again. Each
 * block is written whole or not at all, so that a run that was killed is just started again. While
 * one block is written, the next is encoded. At the end the store is optimized.
 * @throws StoreError when another model made the store's vectors; what `upsert` and `encode` throw.
 */
export async function indexTexts(
  encoder: SentenceEncoder,
  store: VectorStore,
  texts: Iterable<TextToIndex> | AsyncIterable<TextToIndex>,
  options: IndexOptions = {},
): Promise<IndexResult> {
  await requireModel(store, encoder.checkpoint)
  const { onProgress: _, blockSize = BLOCK, optimize = true, ...encode } = options
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
      written = store.upsert(records)
      // Awaited with the next block, which may fail before it.
      written.catch(() => {})
    }
  } finally {
    await written
  }
  options.signal?.throwIfAborted()
  if (optimize) await store.optimize?.()
  return sifter.result
}

type SifterOptions = IndexOptions & { readonly blockSize: number }

/** Tells texts that must be encoded from those that need not be. */
class Sifter {
  readonly #store: VectorStore
  readonly #options: SifterOptions
  /** Texts that were handed out and whose vectors are awaited. */
  readonly #waiting: StoredText[] = []
  readonly #counts = { read: 0, encoded: 0, changed: 0 }

  constructor(store: VectorStore, options: SifterOptions) {
    this.#store = store
    this.#options = options
  }

  get result(): IndexResult {
    const { read, encoded, changed } = this.#counts
    return { read, encoded, changed, unchanged: read - encoded - changed }
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
      const wanted = new Map(block.map((text) => [idOf(text), storedText(text)]))
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
  return { id: idOf(text), text: text.text, metadata }
}

/** 128 bits of SHA-256: two of 10¹² texts have the same one with a chance below 10⁻¹⁴. */
function idOf({ id, text }: TextToIndex): string {
  return id ?? createHash('sha256').update(text).digest('hex').slice(0, 32)
}

function isSame(a: Metadata, b: Metadata): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
