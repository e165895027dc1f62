import { RuntimeError } from '../../errors/index.ts'
import { TextQueue } from './text-queue.ts'
import { Ticket, type Work } from './ticket.ts'

export interface BatchingSettings {
  readonly queueSize: number
  readonly batchTokens: number
  /** Milliseconds. */
  readonly batchWait: number
}

/** A batch that was done, for metrics. */
export interface BatchRecord {
  readonly texts: number
  /** Seconds each text waited. */
  readonly waits: readonly number[]
}

/**
 * Puts texts that wait into batches, as many at once as its engine can hold. Whatever is to be done with
 * the texts of one model, they wait here.
 *
 * Where the engine has nothing to do a batch goes at once. Where it is busy, texts wait for company until a
 * batch is full, but not for longer than `batchWait`. Texts of one work and of similar length go together.
 */
export class Batcher {
  readonly #capacity: number
  readonly #settings: BatchingSettings
  readonly #record: (batch: BatchRecord) => void
  readonly #queue: TextQueue
  #running = 0
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined

  /** @param capacity batches at once: so many as the engine runs side by side, and one that waits. */
  constructor(
    capacity: number,
    settings: BatchingSettings,
    record: (batch: BatchRecord) => void = () => {},
  ) {
    this.#capacity = capacity
    this.#settings = settings
    this.#record = record
    this.#queue = new TextQueue(settings.queueSize)
  }

  /** Texts that wait. */
  get waiting(): number {
    return this.#queue.size
  }

  /**
   * The results of texts, in order. When the signal is aborted, or one of them fails, those that still
   * wait leave the queue.
   * @throws ServerError when there is not room for all of them; the signal's reason; what the work
   *   throws.
   */
  async run<Input, Result>(
    work: Work<Input, Result>,
    inputs: readonly Input[],
    signal: AbortSignal,
  ): Promise<Result[]> {
    signal.throwIfAborted()
    return this.results(this.submit(work, inputs), signal)
  }

  /**
   * Lets texts wait for their turn.
   * @throws ServerError when there is not room for all of them.
   */
  submit<Input, Result>(
    work: Work<Input, Result>,
    inputs: readonly Input[],
  ): Ticket<Input, Result>[] {
    if (inputs.length === 0) return []
    const tickets = inputs.map((input) => new Ticket(work, input))
    this.#queue.add(tickets)
    this.#plan()
    return tickets
  }

  /**
   * The results of tickets, in order, for one of the requests that wait for them; what no other one waits
   * for leaves the queue when the signal is aborted, or one of them fails.
   * @throws the signal's reason; what the work throws.
   */
  async results<Result>(
    tickets: readonly Ticket<unknown, Result>[],
    signal: AbortSignal,
  ): Promise<Result[]> {
    const results = Promise.all(tickets.map(({ result }) => result))
    try {
      return await unlessAborted(results, signal)
    } finally {
      for (const ticket of tickets) {
        ticket.waiters -= 1
        if (ticket.waiters === 0) this.#queue.cancel(ticket)
      }
    }
  }

  /** Plans the next look at the queue. */
  #plan(): void {
    if (this.#immediate || this.#queue.size === 0) return
    if (this.#running >= this.#capacity) return
    const isIdle = this.#running < this.#capacity - 1
    if (isIdle || this.#queue.cost >= this.#settings.batchTokens) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      // After what else comes in with this turn of the event loop.
      this.#immediate = setImmediate(() => this.#start())
      return
    }
    this.#timer ??= setTimeout(() => this.#start(), this.#settings.batchWait)
  }

  #start(): void {
    this.#immediate = undefined
    this.#timer = undefined
    if (this.#running >= this.#capacity) return
    const batch = this.#queue.take(this.#settings.batchTokens)
    if (batch.length > 0) void this.#run(batch)
    this.#plan()
  }

  async #run(batch: readonly Ticket[]): Promise<void> {
    this.#running += 1
    const start = performance.now()
    const waits = batch.map(({ enqueuedAt }) => (start - enqueuedAt) / 1000)
    this.#record({ texts: batch.length, waits })
    await this.#settle(batch)
    this.#running -= 1
    this.#plan()
  }

  async #settle(batch: readonly Ticket[]): Promise<void> {
    const [first] = batch
    if (!first) return
    try {
      const results = await first.work.run(batch.map(({ input }) => input))
      for (const [index, ticket] of batch.entries()) ticket.resolve(results[index])
    } catch (error) {
      if (batch.length > 1 && isTimeout(error)) return this.#settleAlone(batch)
      for (const ticket of batch) ticket.reject(error)
    }
  }

  /** One text of the batch took too long, and only the requests that want it are to fail. */
  async #settleAlone(batch: readonly Ticket[]): Promise<void> {
    for (const ticket of batch) {
      if (ticket.waiters > 0) await this.#settle([ticket])
      else ticket.reject(new Error('nobody waits for it'))
    }
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof RuntimeError && error.code === 'engine-timeout'
}

/**
 * What a promise resolves with, unless the signal is aborted first.
 * @throws the signal's reason, then.
 */
async function unlessAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  let leave = () => {}
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave)
    if (signal.aborted) leave()
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
