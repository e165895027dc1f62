import type { Matrix } from '../similarity/index.ts'
import type { Encode } from './evaluate-tasks.ts'
import type { VectorCache } from './vector-cache.ts'

/** Texts whose vectors are kept together: what an interruption loses at most. */
const BLOCK = 2048

export interface CachedEncodeOptions {
  /** Is told how many of the texts are done, those that were known among them. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
}

/** Encodes what the cache does not know yet, and keeps it there, a block at a time. */
export function cachedEncode(
  encode: Encode,
  cache: VectorCache,
  { onProgress }: CachedEncodeOptions = {},
): Encode {
  return async (texts) => {
    const unknown = [...new Set(texts)].filter((text) => cache.get(text) === undefined)
    // Texts of about one length make batches with little padding.
    unknown.sort((a, b) => b.length - a.length)
    const known = texts.length - unknown.length
    for (let start = 0; start < unknown.length; start += BLOCK) {
      const block = unknown.slice(start, start + BLOCK)
      await cache.add(block, await encode(block))
      onProgress?.({ done: known + start + block.length, total: texts.length })
    }
    return gather(texts, cache)
  }
}

function gather(texts: readonly string[], cache: VectorCache): Matrix {
  const vectors = texts.map((text) => cache.get(text) ?? new Float32Array())
  const dimensions = vectors[0]?.length ?? 0
  const data = new Float32Array(texts.length * dimensions)
  vectors.forEach((vector, row) => {
    data.set(vector, row * dimensions)
  })
  return { data, rows: texts.length, dimensions }
}
