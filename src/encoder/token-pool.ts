/** Tokens in one array: those of some thousand short texts. */
const CHUNK = 65_536

/**
 * Keeps the tokens of many texts in few arrays. One array for each text, kept for as long as a block
 * takes, costs the garbage collector pauses of tens of milliseconds.
 */
export class TokenPool {
  #chunk = new Int32Array(0)
  #used = 0

  /** A copy of the tokens, as a view. */
  keep(ids: Int32Array): Int32Array {
    if (ids.length > this.#chunk.length - this.#used) {
      this.#chunk = new Int32Array(Math.max(CHUNK, ids.length))
      this.#used = 0
    }
    const start = this.#used
    this.#used += ids.length
    this.#chunk.set(ids, start)
    return this.#chunk.subarray(start, this.#used)
  }
}
