import type { Encode } from './evaluate-tasks.ts'
import type { VectorCache } from './vector-cache.ts'

/** Texts whose vectors are kept together: what an interruption loses at most. */
const BLOCK = 2048

/** How to stop the encoding of many texts, and to hear how far it is. */
export interface FillOptions {
  readonly signal?: AbortSignal
  /** Is told how many of the texts are done, those that were known among them. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
}

/** Encodes what the cache does not know yet, and keeps it there, a block at a time. */
export async function fillCache(
  cache: VectorCache,
  texts: Iterable<string>,
  encode: (texts: readonly string[], signal?: AbortSignal) => ReturnType<Encode>,
  { signal, onProgress }: FillOptions = {},
): Promise<void> {
  const all = new Set(texts)
  const unknown = [...all].filter((text) => !cache.has(text))
  // Texts of about one length make batches with little padding.
  unknown.sort((a, b) => b.length - a.length)
  const known = all.size - unknown.length
  for (let start = 0; start < unknown.length; start += BLOCK) {
    signal?.throwIfAborted()
    const block = unknown.slice(start, start + BLOCK)
    await cache.add(block, await encode(block, signal))
    onProgress?.({ done: known + start + block.length, total: all.size })
  }
}

/** An encoder whose vectors are kept: it is asked only for texts that the cache does not know. */
export function cachedEncode(encode: Encode, cache: VectorCache, options?: FillOptions): Encode {
  return async (texts) => {
    await fillCache(cache, texts, encode, options)
    return cache.vectors(texts)
  }
}
