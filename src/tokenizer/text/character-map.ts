const BMP_SIZE = 0x10000

/**
 * A rewriting of text character by character, each by itself: `map` is called once for every
 * character of the first plane and its results are kept, at most 65,536 of them.
 */
export class CharacterMap {
  readonly #map: (character: string) => string
  readonly #known: (string | undefined)[] = new Array(BMP_SIZE)

  /** @param map receives one whole character (a surrogate pair counts as one). */
  constructor(map: (character: string) => string) {
    this.#map = map
  }

  apply(text: string): string {
    let result = ''
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      if ((unit & 0xfc00) === 0xd800) {
        result += this.#map(text.slice(index, index + 2))
        index++
      } else {
        result += this.#known[unit] ?? this.#learn(unit)
      }
    }
    return result
  }

  #learn(unit: number): string {
    const mapped = this.#map(String.fromCharCode(unit))
    this.#known[unit] = mapped
    return mapped
  }
}
