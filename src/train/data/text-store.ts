const FIRST_BYTES = 1 << 16

/**
 * Many short texts in one block of memory, as UTF-16: of Chinese two bytes a character, where a
 * string of its own would take some thirty more.
 */
export class TextStore {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES)
  readonly #ends: number[] = []

  get length(): number {
    return this.#ends.length
  }

  add(text: string): void {
    const start = this.#ends.at(-1) ?? 0
    const end = start + 2 * text.length
    if (end > this.#bytes.length) this.#grow(end)
    this.#bytes.write(text, start, 'utf16le')
    this.#ends.push(end)
  }

  /** The text that was added as number `index`, counted from 0. */
  get(index: number): string {
    const start = index === 0 ? 0 : this.#ends[index - 1]
    return this.#bytes.toString('utf16le', start, this.#ends[index])
  }

  #grow(atLeast: number): void {
    const bytes = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, atLeast))
    this.#bytes.copy(bytes)
    this.#bytes = bytes
  }
}
