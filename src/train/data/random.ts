/**
 * Random numbers that are the same for the same seed and stream on every machine: xoshiro128**,
 * whose state is filled by SplitMix32 steps over the seed and the numbers of the stream. Streams
 * make what is drawn for one purpose independent of how much was drawn for another.
 * References: Blackman and Vigna, Scrambled Linear Pseudorandom Number Generators, 2018,
 * https://prng.di.unimi.it/xoshiro128starstar.c; Steele, Lea and Flood, Fast Splittable
 * Pseudorandom Number Generators, 2014, with the 32-bit finaliser of MurmurHash3.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #d: number

  /** @param state four whole numbers of 32 bits, not all 0 */
  constructor([a, b, c, d]: readonly [number, number, number, number]) {
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
  }

  /** @param key the seed, then what the numbers are for; whole numbers */
  static of(...key: readonly number[]): Random {
    let hash = 0
    for (const part of key) {
      hash = mix(hash + GOLDEN + part)
      hash = mix(hash + GOLDEN + Math.floor(part / 2 ** 32))
    }
    const word = (step: number) => mix(hash + step * GOLDEN)
    return new Random([word(1), word(2), word(3), word(4)])
  }

  /** A whole number from 0 to 2³² - 1. */
  next(): number {
    const result = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = rotate(this.#d, 11)
    return result
  }

  /** A number from 0 to below 1, of 53 random bits. */
  fraction(): number {
    return ((this.next() >>> 5) * 2 ** 26 + (this.next() >>> 6)) / 2 ** 53
  }

  /** A whole number from 0 to `end` - 1. */
  below(end: number): number {
    return Math.floor(this.fraction() * end)
  }

  /** Puts the numbers into an order of which all are equally likely (Fisher and Yates). */
  shuffle(numbers: Uint32Array): void {
    for (let last = numbers.length - 1; last > 0; last -= 1) {
      const other = this.below(last + 1)
      const held = numbers[last] ?? 0
      numbers[last] = numbers[other] ?? 0
      numbers[other] = held
    }
  }
}

/** 2³² divided by the golden ratio. */
const GOLDEN = 0x9e3779b9

function mix(number: number): number {
  let mixed = number | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

function rotate(number: number, bits: number): number {
  return (number << bits) | (number >>> (32 - bits))
}
