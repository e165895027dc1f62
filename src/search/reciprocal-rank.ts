import type { Hit } from './vector-store.ts'

/** Softens the lead of first places. Reference: Cormack, Clarke and Büttcher 2009, where it is 60. */
const RANK_CONSTANT = 60

/**
 * One list of several, the best first: a record scores Σ 1 / (60 + rank) over the lists it is in,
 * ranks counted from 1. Scores of the lists need not be comparable.
 */
export function fuseRanks(lists: readonly (readonly Hit[])[], top: number): Hit[] {
  const fused = new Map<string, Hit>()
  for (const list of lists) {
    list.forEach((hit, place) => {
      const score = (fused.get(hit.id)?.score ?? 0) + 1 / (RANK_CONSTANT + place + 1)
      fused.set(hit.id, { ...hit, score })
    })
  }
  return [...fused.values()].sort((a, b) => b.score - a.score).slice(0, top)
}
