import { createHash } from 'node:crypto'

const EMPTY = -1

/**
 * What a text is known by: 64 bits of its SHA-256. Two of a million texts are confused once in 40
 * million times.
 */
export function textKey(text: string): bigint {
  return createHash('sha256').update(text).digest().readBigUInt64LE()
}

/** Gives each different key an index, 0, 1 …, in the order they come; a million take 32 MB. */
export class TextIndex {
  #keys = new BigUint64Array(1024)
  #size = 0
  /** Indexes of keys, at the slot a key leads to or the next that was free. */
  #slots = new Int32Array(4096).fill(EMPTY)

  /** How many different keys there are. */
  get size(): number {
    return this.#size
  }

  /** The index of a key, which is new where it was not there yet. */
  add(key: bigint): number {
    const slot = this.#slotOf(key)
    const found = this.#slots[slot] ?? EMPTY
    if (found !== EMPTY) return found
    const index = this.#size
    if (index === this.#keys.length) this.#grow()
    this.#keys[index] = key
    this.#slots[this.#slotOf(key)] = index
    this.#size += 1
    return index
  }

  /** The index of a key, or undefined where it is not there. */
  find(key: bigint): number | undefined {
    const found = this.#slots[this.#slotOf(key)] ?? EMPTY
    return found === EMPTY ? undefined : found
  }

  #slotOf(key: bigint): number {
    const mask = this.#slots.length - 1
    let slot = Number(key & BigInt(mask))
    for (;;) {
      const index = this.#slots[slot] ?? EMPTY
      if (index === EMPTY || this.#keys[index] === key) return slot
      slot = (slot + 1) & mask
    }
  }

  #grow(): void {
    const keys = new BigUint64Array(this.#keys.length * 2)
    keys.set(this.#keys)
    this.#keys = keys
    this.#slots = new Int32Array(keys.length * 4).fill(EMPTY)
    for (let index = 0; index < this.#size; index += 1) {
      this.#slots[this.#slotOf(keys[index] ?? 0n)] = index
    }
  }
}
