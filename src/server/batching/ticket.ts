/** What can be done with texts that wait: for several of them together, where that is cheaper. */
export interface Work<Input, Result> {
  /** Tokens of a text, as far as can be told without the tokenizer. */
  cost(input: Input): number
  /** The results of a batch, in order. */
  run(inputs: readonly Input[]): Promise<readonly Result[]>
}

/** A text that waits for a batch, and everyone who waits for its result. */
export class Ticket<Input = unknown, Result = unknown> {
  readonly work: Work<Input, Result>
  readonly input: Input
  readonly cost: number
  readonly enqueuedAt = performance.now()
  readonly result: Promise<Result>
  /** Requests that want the result. */
  waiters = 1
  isCancelled = false
  /** Whether it is in a batch. */
  isTaken = false
  #settle: { resolve(result: Result): void; reject(error: unknown): void } | undefined

  constructor(work: Work<Input, Result>, input: Input) {
    this.work = work
    this.input = input
    this.cost = work.cost(input)
    this.result = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    // Where nobody waits any more, a failure is nobody's.
    this.result.catch(() => {})
  }

  resolve(result: Result): void {
    this.#settle?.resolve(result)
  }

  reject(error: unknown): void {
    this.#settle?.reject(error)
  }
}
