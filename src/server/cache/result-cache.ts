import { LRUCache } from 'lru-cache'
import type { EncodedText } from '../models/encoded-text.ts'

/** What an entry takes besides its vector: key, object, place in the list. */
const ENTRY_BYTES = 300

/** Embeddings of the texts that were last asked for, in so much memory; of texts only hashes. */
export class ResultCache {
  readonly #entries: LRUCache<string, EncodedText> | undefined

  /** @param bytes 0 for no cache. */
  constructor(bytes: number) {
    if (bytes === 0) return
    this.#entries = new LRUCache({
      maxSize: bytes,
      sizeCalculation: ({ vector }) => vector.byteLength + ENTRY_BYTES,
    })
  }

  get size(): number {
    return this.#entries?.size ?? 0
  }

  get(key: string): EncodedText | undefined {
    return this.#entries?.get(key)
  }

  set(key: string, text: EncodedText): void {
    this.#entries?.set(key, text)
  }
}
