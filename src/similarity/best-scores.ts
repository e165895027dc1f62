/** Something with a score; `id` is a row, or stands for a pair of rows. */
export interface Scored {
  readonly id: number
  readonly score: number
}

/**
 * For each of several lists, the best scores seen so far, at most `capacity` of them. Of equal
 * scores the smaller id is better, so that the order of the offers changes nothing.
 *
 * Each list is a binary heap with its worst entry at the root (Williams 1964), all in three arrays:
 * 12 bytes an entry.
 */
export class BestScores {
  /** [lists]: a score below its list's floor would not be kept. */
  readonly floors: Float32Array
  readonly #capacity: number
  readonly #scores: Float32Array
  readonly #ids: Float64Array
  readonly #counts: Int32Array

  /** @param floor the lowest score that is of interest */
  constructor(lists: number, capacity: number, floor = Number.NEGATIVE_INFINITY) {
    this.floors = new Float32Array(lists).fill(floor)
    this.#capacity = capacity
    this.#scores = new Float32Array(lists * capacity)
    this.#ids = new Float64Array(lists * capacity)
    this.#counts = new Int32Array(lists)
  }

  /** Offers an id with a float32 score not below the list's floor. */
  add(list: number, score: number, id: number): void {
    const count = this.#counts[list] ?? 0
    const start = list * this.#capacity
    if (count < this.#capacity) {
      this.#counts[list] = count + 1
      this.#rise({ start, at: count, score, id })
    } else if (!this.#isWorse(score, id, start)) {
      this.#sink({ start, at: 0, score, id })
    }
    if (this.#counts[list] === this.#capacity) this.floors[list] = this.#scores[start] ?? 0
  }

  has(list: number, id: number): boolean {
    const start = list * this.#capacity
    return this.#ids.subarray(start, start + (this.#counts[list] ?? 0)).includes(id)
  }

  /** The entries of a list, the best first. */
  entries(list: number): Scored[] {
    const start = list * this.#capacity
    const count = this.#counts[list] ?? 0
    const scores = this.#scores.subarray(start, start + count)
    return Array.from(this.#ids.subarray(start, start + count), (id, at) => {
      return { id, score: scores[at] ?? 0 }
    }).sort((a, b) => b.score - a.score || a.id - b.id)
  }

  /** Whether a score and id are worse than the entry at `index`, or the same. */
  #isWorse(score: number, id: number, index: number): boolean {
    const other = this.#scores[index] ?? 0
    return score < other || (score === other && id >= (this.#ids[index] ?? 0))
  }

  /** Moves worse entries down from above the free index `at`, until the new one fits. */
  #rise({ start, at, score, id }: NewEntry): void {
    let index = at
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#isWorse(score, id, start + parent)) break
      this.#copy(start + parent, start + index)
      index = parent
    }
    this.#put(start + index, score, id)
  }

  /** Moves worse entries up from below the free index `at`, until the new one fits. */
  #sink({ start, at, score, id }: NewEntry): void {
    let index = at
    for (;;) {
      const child = this.#worseChild(start, index)
      if (child === undefined || this.#isWorse(score, id, start + child)) break
      this.#copy(start + child, start + index)
      index = child
    }
    this.#put(start + index, score, id)
  }

  #worseChild(start: number, index: number): number | undefined {
    const left = 2 * index + 1
    const right = left + 1
    if (left >= this.#capacity) return undefined
    if (right >= this.#capacity) return left
    const score = this.#scores[start + right] ?? 0
    return this.#isWorse(score, this.#ids[start + right] ?? 0, start + left) ? right : left
  }

  #copy(from: number, to: number): void {
    this.#put(to, this.#scores[from] ?? 0, this.#ids[from] ?? 0)
  }

  #put(index: number, score: number, id: number): void {
    this.#scores[index] = score
    this.#ids[index] = id
  }
}

/** An entry that looks for its position in the heap that begins at `start`. */
interface NewEntry extends Scored {
  readonly start: number
  readonly at: number
}
