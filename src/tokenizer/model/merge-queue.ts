/** Positions are below this, so that a rank and a position fit one safe integer. */
const POSITION_BASE = 2 ** 28

/** One merge that could be done: the pair's rank, and where in the word it stands. */
export interface Merge {
  readonly rank: number
  readonly position: number
}

/** A binary heap of merges: the lowest rank first, then the leftmost. Both in one number each. */
export class MergeQueue {
  readonly #heap: number[] = []

  push({ rank, position }: Merge): void {
    const heap = this.#heap
    const entry = rank * POSITION_BASE + position
    let hole = heap.push(entry) - 1
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      const above = heap[parent] ?? 0
      if (above <= entry) break
      heap[hole] = above
      hole = parent
    }
    heap[hole] = entry
  }

  pop(): Merge | undefined {
    const top = this.#heap[0]
    const last = this.#heap.pop()
    if (top === undefined || last === undefined) return undefined
    if (this.#heap.length > 0) this.#sink(last)
    return { rank: Math.floor(top / POSITION_BASE), position: top % POSITION_BASE }
  }

  #sink(entry: number): void {
    const heap = this.#heap
    const last = heap.length - 1
    let hole = 0
    for (let child = 1; child <= last; child = 2 * hole + 1) {
      if (child < last && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child++
      const below = heap[child] ?? 0
      if (below >= entry) break
      heap[hole] = below
      hole = child
    }
    heap[hole] = entry
  }
}
