import type { OutputType } from './constants.ts'
import type { EncodeSettings } from './encode-settings.ts'

type TruncationSettings = Pick<EncodeSettings<OutputType>, 'truncate' | 'maxLength'>

/** Counts what the limit removes of texts, or of pairs of texts, and warns of it in the end. */
export class TruncationCount {
  readonly #what: string
  readonly #settings: TruncationSettings
  #all = 0
  #truncated = 0
  #tokens = 0

  /** @param what is counted: `texts`, `pairs` */
  constructor(what: string, settings: TruncationSettings) {
    this.#what = what
    this.#settings = settings
  }

  /** Texts counted so far. */
  get all(): number {
    return this.#all
  }

  /** @param removed tokens of each text */
  add(removed: Int32Array): void {
    this.#all += removed.length
    for (const tokens of removed) {
      this.#truncated += tokens > 0 ? 1 : 0
      this.#tokens += tokens
    }
  }

  warn(tell: (message: string) => void): void {
    const { truncate, maxLength } = this.#settings
    if (truncate !== 'warn' || this.#truncated === 0) return
    tell(
      `${this.#truncated} of ${this.#all} ${this.#what} were truncated to ${maxLength} tokens; ` +
        `${this.#tokens} tokens were removed`,
    )
  }
}
