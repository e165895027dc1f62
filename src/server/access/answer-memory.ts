import { serverError } from '../failures/index.ts'
import type { OpenRequest } from './open-request.ts'

/**
 * Counts the bytes of answers that are many times as large as their requests, from before they are made
 * until they are sent, and turns away requests for more of them than there is room for.
 */
export class AnswerMemory {
  readonly #most: number
  #held = 0

  /** @param most bytes; an answer that is larger alone is made while there is no other */
  constructor(most: number) {
    this.#most = most
  }

  get held(): number {
    return this.#held
  }

  /** @throws ServerError when there is no room for the answer beside those there are. */
  reserve(bytes: number, request: OpenRequest): void {
    if (this.#held > 0 && this.#held + bytes > this.#most) {
      throw serverError(
        'answer-memory-full',
        `${this.#held} bytes of answers are being made or sent, and ${bytes} more are over the limit ` +
          `of ${this.#most}; try again a little later, or send fewer texts`,
        { facts: { held: this.#held, bytes, limit: this.#most } },
      )
    }
    this.#held += bytes
    request.onClose(() => {
      this.#held -= bytes
    })
  }
}
