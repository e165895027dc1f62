import { createHash, timingSafeEqual } from 'node:crypto'
import { serverError } from '../failures/index.ts'

/** The keys of a server. */
export class BearerKeys {
  readonly #hashes: readonly Buffer[]

  constructor(keys: readonly string[]) {
    this.#hashes = keys.map(hashOf)
  }

  /**
   * Lets a request pass whose Authorization header has one of the keys; any, where there are none.
   * @throws ServerError for a header that is missing or has another key.
   */
  check(authorization: string | null): void {
    if (this.#hashes.length === 0) return
    const [, key] = authorization?.match(/^Bearer +(\S+) *$/i) ?? []
    if (key === undefined) {
      throw serverError('key-missing', 'the header Authorization: Bearer KEY is missing')
    }
    if (!this.#has(key)) throw serverError('key-wrong', 'the bearer key is not known here')
  }

  /** All hashes are compared, each in constant time, so that the time tells nothing of the keys. */
  #has(key: string): boolean {
    const hash = hashOf(key)
    return this.#hashes.reduce((found, known) => timingSafeEqual(known, hash) || found, false)
  }
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
