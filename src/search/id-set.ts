import { createHash } from 'node:crypto'

/**
 * Many ids in 8 bytes each, by 53 bits of their SHA-256: among 10⁷ ids, one that was not added is taken
 * for one that was with a chance of 10⁻⁹.
 */
export class IdSet {
  #hashes = new Float64Array(1024)
  #count = 0
  #isSorted = true

  add(id: string): void {
    if (this.#count === this.#hashes.length) {
      const longer = new Float64Array(2 * this.#count)
      longer.set(this.#hashes)
      this.#hashes = longer
    }
    this.#hashes[this.#count] = hashOf(id)
    this.#count += 1
    this.#isSorted = false
  }

  has(id: string): boolean {
    const hashes = this.#hashes.subarray(0, this.#count)
    if (!this.#isSorted) hashes.sort()
    this.#isSorted = true
    const hash = hashOf(id)
    let [low, high] = [0, hashes.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((hashes[middle] ?? 0) < hash) low = middle + 1
      else high = middle
    }
    return hashes[low] === hash
  }
}

/** A whole number of 53 bits. */
function hashOf(id: string): number {
  const digest = createHash('sha256').update(id).digest()
  return digest.readUInt32BE(0) * 2 ** 21 + (digest.readUInt32BE(4) >>> 11)
}
