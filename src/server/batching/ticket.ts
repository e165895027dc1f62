import type { ModelInput } from '../engine/index.ts'
import type { EncodedText } from '../models/encoded-text.ts'

/** A text that waits to be encoded, and everyone who waits for it. */
export class Ticket {
  readonly input: ModelInput
  /** Pieces the text has at most, as far as can be told without cutting it. */
  readonly cost: number
  readonly enqueuedAt = performance.now()
  readonly result: Promise<EncodedText>
  /** Requests that want the result. */
  waiters = 1
  isCancelled = false
  /** Whether it is being encoded. */
  isTaken = false
  #settle: { resolve: (text: EncodedText) => void; reject: (error: unknown) => void } | undefined

  constructor(input: ModelInput, cost: number) {
    this.input = input
    this.cost = cost
    this.result = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    // Where nobody waits any more, a failure is nobody's.
    this.result.catch(() => {})
  }

  resolve(text: EncodedText): void {
    this.#settle?.resolve(text)
  }

  reject(error: unknown): void {
    this.#settle?.reject(error)
  }
}

/** A Chinese text has about as many pieces as characters, and hardly ever has a text more. */
export function costOf(input: ModelInput, maxLength: number): number {
  if ('ids' in input) return input.ids.length
  return Math.min(maxLength, input.prompt.length + input.text.length + 2)
}
