import { createHash } from 'node:crypto'

const EMPTY = -1

/**
 * Numbers texts 0, 1 … in the order they come, equal ones alike. A text is known by 64 bits of its
 * SHA-256 (two of a million are confused once in 40 million times), so a million take 16 MB.
 */
export class TextIndex {
  #keys = new BigUint64Array(1024)
  #size = 0
  /** Numbers of texts, at the place their key leads to or the next that was free. */
  #slots = new Int32Array(4096).fill(EMPTY)

  /** How many different texts there are. */
  get size(): number {
    return this.#size
  }

  /** SHA-256, in hexadecimal, that tells these texts in this order from others. */
  get hash(): string {
    return createHash('sha256').update(this.#keys.subarray(0, this.#size)).digest('hex')
  }

  /** The number of a text, which is new where it was not there yet. */
  add(text: string): number {
    const key = keyOf(text)
    const slot = this.#slotOf(key)
    const found = this.#slots[slot] ?? EMPTY
    if (found !== EMPTY) return found
    const number = this.#size
    if (number === this.#keys.length) this.#grow()
    this.#keys[number] = key
    this.#slots[this.#slotOf(key)] = number
    this.#size += 1
    return number
  }

  /** The number of a text, or undefined where it is not there. */
  find(text: string): number | undefined {
    const found = this.#slots[this.#slotOf(keyOf(text))] ?? EMPTY
    return found === EMPTY ? undefined : found
  }

  #slotOf(key: bigint): number {
    const mask = this.#slots.length - 1
    let slot = Number(key & BigInt(mask))
    for (;;) {
      const number = this.#slots[slot] ?? EMPTY
      if (number === EMPTY || this.#keys[number] === key) return slot
      slot = (slot + 1) & mask
    }
  }

  #grow(): void {
    const keys = new BigUint64Array(this.#keys.length * 2)
    keys.set(this.#keys)
    this.#keys = keys
    this.#slots = new Int32Array(keys.length * 4).fill(EMPTY)
    for (let number = 0; number < this.#size; number += 1) {
      this.#slots[this.#slotOf(keys[number] ?? 0n)] = number
    }
  }
}

function keyOf(text: string): bigint {
  return createHash('sha256').update(text).digest().readBigUInt64LE()
}
