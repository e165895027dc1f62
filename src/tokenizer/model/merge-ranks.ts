/** Of a pair that is not merged. */
export const NO_RANK = -1

/** Drawn anew by every program, so that no file can have pairs that all fall into one slot. */
const FACTORS = [oddNumber(), oddNumber()] as const

function oddNumber(): number {
  return Math.floor(Math.random() * 2 ** 32) | 1
}

/**
 * The ranks of pairs of tokens, in one open-addressing hash table: a pair is looked up for every two
 * characters of a text, and no key is made for it.
 */
export class MergeRanks {
  readonly #lefts: Int32Array
  readonly #rights: Int32Array
  readonly #ranks: Int32Array
  readonly #shift: number

  /** @param count of pairs, at most; half of the table or more stays empty. */
  constructor(count: number) {
    const bits = Math.ceil(Math.log2(Math.max(count, 1))) + 1
    this.#shift = 32 - bits
    this.#lefts = new Int32Array(2 ** bits)
    this.#rights = new Int32Array(2 ** bits)
    this.#ranks = new Int32Array(2 ** bits).fill(NO_RANK)
  }

  /** The rank of a pair, or `NO_RANK`. */
  get(left: number, right: number): number {
    return this.#ranks[this.#slot(left, right)] ?? NO_RANK
  }

  /** A pair that is there already gets the new rank. */
  set(left: number, right: number, rank: number): void {
    const slot = this.#slot(left, right)
    this.#lefts[slot] = left
    this.#rights[slot] = right
    this.#ranks[slot] = rank
  }

  // The slot that holds the pair, or the empty one where it belongs.
  #slot(left: number, right: number): number {
    const ranks = this.#ranks
    const mask = ranks.length - 1
    let slot = (Math.imul(left, FACTORS[0]) + Math.imul(right, FACTORS[1])) >>> this.#shift
    while (
      ranks[slot] !== NO_RANK &&
      (this.#lefts[slot] !== left || this.#rights[slot] !== right)
    ) {
      slot = (slot + 1) & mask
    }
    return slot
  }
}
