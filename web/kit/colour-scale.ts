/** Where a number lies between the least (0) and the most (1) of some. */
export class ColourScale {
  readonly least: number
  readonly most: number

  constructor(values: Iterable<number>) {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)]
    this.least = least
    this.most = most
  }

  /** Puts it where the style sheet makes a colour of it, or a length. */
  mark(part: HTMLElement, value: number): void {
    part.style.setProperty('--heat', this.#heat(value).toFixed(3))
  }

  #heat(value: number): number {
    const span = this.most - this.least
    return span === 0 ? 1 : (value - this.least) / span
  }
}
