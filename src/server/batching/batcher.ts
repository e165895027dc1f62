import type { Engine, JobResult, ModelInput } from '../engine/index.ts'
import { TextQueue } from './text-queue.ts'
import { costOf, Ticket } from './ticket.ts'

export interface BatchingSettings {
  readonly queueSize: number
  readonly batchTokens: number
  /** Milliseconds. */
  readonly batchWait: number
}

/** What happened to a batch, for metrics. */
export interface BatchRecord {
  readonly texts: number
  /** Seconds each text waited. */
  readonly waits: readonly number[]
  readonly result: JobResult
}

/**
 * Puts texts that wait into batches, for as many of which as its engine can hold.
 *
 * Where the engine has nothing to do a batch goes at once. Where it is busy, texts wait for company until a
 * batch is full, but not for longer than `batchWait`. Texts of similar length go together.
 */
export class Batcher {
  readonly #engine: Engine
  readonly #settings: BatchingSettings
  readonly #record: (batch: BatchRecord) => void
  readonly #queue: TextQueue
  #running = 0
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined

  constructor(
    engine: Engine,
    settings: BatchingSettings,
    record: (batch: BatchRecord) => void = () => {},
  ) {
    this.#engine = engine
    this.#settings = settings
    this.#record = record
    this.#queue = new TextQueue(settings.queueSize)
  }

  /** Texts that wait. */
  get waiting(): number {
    return this.#queue.size
  }

  /**
   * Lets texts wait for their turn.
   * @throws ServerError when there is not room for all of them.
   */
  submit(inputs: readonly ModelInput[]): Ticket[] {
    if (inputs.length === 0) return []
    const { maxLength } = this.#engine.description
    const tickets = inputs.map((input) => new Ticket(input, costOf(input, maxLength)))
    this.#queue.add(tickets)
    this.#plan()
    return tickets
  }

  /** Takes a text that nobody waits for any more out of the queue. */
  cancel(ticket: Ticket): void {
    this.#queue.cancel(ticket)
  }

  /** Plans the next look at the queue. */
  #plan(): void {
    if (this.#immediate || this.#queue.size === 0) return
    if (this.#running >= this.#engine.capacity) return
    const isIdle = this.#running < this.#engine.capacity - 1
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
    if (this.#running >= this.#engine.capacity) return
    const batch = this.#queue.take(this.#settings.batchTokens)
    if (batch.length > 0) void this.#run(batch)
    this.#plan()
  }

  async #run(batch: readonly Ticket[]): Promise<void> {
    this.#running += 1
    const start = performance.now()
    try {
      const result = await this.#engine.encode(batch.map(({ input }) => input))
      const waits = batch.map(({ enqueuedAt }) => (start - enqueuedAt) / 1000)
      this.#record({ texts: batch.length, waits, result })
      this.#answer(batch, result)
    } catch (error) {
      for (const ticket of batch) ticket.reject(error)
    } finally {
      this.#running -= 1
      this.#plan()
    }
  }

  #answer(batch: readonly Ticket[], { data, tokens, truncated }: JobResult): void {
    const { dimensions } = this.#engine.description
    for (const [row, ticket] of batch.entries()) {
      ticket.resolve({
        // A copy: the memory of the whole batch is not to be kept for one of its vectors.
        vector: data.slice(row * dimensions, (row + 1) * dimensions),
        tokens: tokens[row] ?? 0,
        truncated: truncated[row] ?? 0,
      })
    }
  }
}
