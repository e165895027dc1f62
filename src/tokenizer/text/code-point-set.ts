const BMP_SIZE = 0x10000

/** A fixed set of code points: a table for the first plane, a binary search above it. */
export class CodePointSet {
  readonly #table = new Uint8Array(BMP_SIZE)
  readonly #above: (readonly [first: number, last: number])[] = []

  /** @param ranges first and last code point of each range, in ascending order. */
  constructor(ranges: Iterable<readonly [first: number, last: number]>) {
    for (const [first, last] of ranges) {
      if (first < BMP_SIZE) this.#table.fill(1, first, last + 1)
      if (last >= BMP_SIZE) this.#above.push([Math.max(first, BMP_SIZE), last])
    }
  }

  has(codePoint: number): boolean {
    return codePoint < BMP_SIZE ? this.#table[codePoint] === 1 : this.#hasAbove(codePoint)
  }

  #hasAbove(codePoint: number): boolean {
    let low = 0
    let high = this.#above.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const [first, last] = this.#above[middle] ?? [0, 0]
      if (codePoint < first) high = middle - 1
      else if (codePoint > last) low = middle + 1
      else return true
    }
    return false
  }
}

/** Ranges from the notation of `unicode-8.ts`. */
export function* decodeRanges(notation: string): Generator<readonly [number, number]> {
  let last = 0
  for (const entry of notation.trim().split(/\s/)) {
    const [gap = '0', extra = '0'] = entry.split('-')
    const first = last + Number.parseInt(gap, 36)
    last = first + Number.parseInt(extra, 36)
    yield [first, last]
  }
}
