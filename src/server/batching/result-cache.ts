import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { ModelInput, PairInput, TextInput } from '../engine/index.ts'
import type { EncodedText } from '../models/model-works.ts'

/** What an entry takes besides its vector: key, object, position in the list. */
const ENTRY_BYTES = 300

/** Embeddings of the texts that were last requested, in so much memory; of texts only hashes. */
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

/** A name for what a model is given: equal for equal inputs of one model, and only for those. */
export function inputKey(model: string, input: ModelInput): string {
  const content =
    'ids' in input
      ? new Uint8Array(input.ids.buffer, input.ids.byteOffset, input.ids.byteLength)
      : textContent(input)
  const kind = 'ids' in input ? 'ids' : 'document' in input ? 'pair' : 'text'
  return `${model}\n${kind}\n${hash('sha256', content, 'base64')}`
}

function textContent(input: TextInput | PairInput): string {
  const document = 'document' in input ? `${input.document.length}:${input.document}` : ''
  return `${input.prompt.length}:${input.prompt}${document}${input.text}`
}
