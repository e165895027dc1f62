import { checkTop } from './check-records.ts'
import type { Hit, SearchOptions, VectorStore } from './vector-store.ts'

/** From how deep in both lists a hybrid search fuses: so many for each wanted, and at least 50. */
const FUSED = { factor: 4, least: 50, most: 10_000 }

/** A text, and the vector it has. */
export interface StoreQuery {
  readonly text: string
  /** [D] */
  readonly vector: Float32Array
}

/** What is looked for, and whether by words too. */
export interface HybridOptions extends SearchOptions {
  /** Look for words too, and fuse what both found by their ranks. Default: false. */
  readonly hybrid?: boolean
}

/**
 * The records most similar to a query, the best first. Scores of a hybrid search are sums of
 * 1 / (60 + rank).
 * @throws InputError for what `VectorStore.search` refuses.
 */
export async function searchStore(
  store: VectorStore,
  { text, vector }: StoreQuery,
  { hybrid = false, ...options }: HybridOptions = {},
): Promise<Hit[]> {
  if (!hybrid) return store.search(vector, options)
  const top = checkTop(options)
  const depth = Math.min(FUSED.most, Math.max(FUSED.least, FUSED.factor * top))
  const lists = await Promise.all([
    store.search(vector, { ...options, top: depth }),
    store.searchText(text, { ...options, top: depth }),
  ])
  return fuseRanks(lists, top)
}

/** Softens the lead of first ranks. Reference: Cormack, Clarke and Büttcher 2009, where it is 60. */
const RANK_CONSTANT = 60

/**
 * One list of several, the best first: a record scores Σ 1 / (60 + rank) over the lists it is in,
 * ranks counted from 1. Scores of the lists need not be comparable.
 */
export function fuseRanks(lists: readonly (readonly Hit[])[], top: number): Hit[] {
  const fused = new Map<string, Hit>()
  for (const list of lists) {
    list.forEach((hit, index) => {
      const score = (fused.get(hit.id)?.score ?? 0) + 1 / (RANK_CONSTANT + index + 1)
      fused.set(hit.id, { ...hit, score })
    })
  }
  return [...fused.values()].sort((a, b) => b.score - a.score).slice(0, top)
}
