import type { ModelInput } from '../engine/index.ts'
import type { EncodedText } from '../models/model-works.ts'
import type { Batcher } from './batcher.ts'
import { inputKey, type ResultCache } from './result-cache.ts'
import type { Ticket, Work } from './ticket.ts'

type EncodingTicket = Ticket<ModelInput, EncodedText>

/** Where a text's embedding came from. */
export interface Sources {
  /** Texts the cache had. */
  readonly cached: number
  /** Texts that were in the queue already, or twice in the request. */
  readonly shared: number
  readonly encoded: number
}

export interface SharedParts {
  readonly model: string
  readonly batcher: Batcher
  readonly work: Work<ModelInput, EncodedText>
  readonly cache: ResultCache
  readonly record?: (sources: Sources) => void
}

/**
 * Encodes no text twice: not within a request, not for requests at the same time, and not while the
 * cache remembers it.
 */
export class SharedEncoder {
  readonly #parts: SharedParts
  readonly #tickets = new Map<string, EncodingTicket>()

  constructor(parts: SharedParts) {
    this.#parts = parts
  }

  /**
   * Embeddings of texts, in order. When the signal is aborted, texts that nobody else waits for
   * leave the queue.
   * @throws ServerError when the queue has no room; the signal's reason; what the engine throws.
   */
  async encode(inputs: readonly ModelInput[], signal: AbortSignal): Promise<EncodedText[]> {
    signal.throwIfAborted()
    const keys = inputs.map((input) => inputKey(this.#parts.model, input))
    const found = new Map<string, EncodedText>()
    const missing = new Map<string, ModelInput>()
    for (const [index, key] of keys.entries()) {
      const cached = this.#parts.cache.get(key)
      const input = inputs[index]
      if (cached) found.set(key, cached)
      else if (input) missing.set(key, input)
    }
    const tickets = this.#ticketsOf(missing)
    const cached = keys.filter((key) => found.has(key)).length
    const shared = keys.length - cached - tickets.fresh
    this.#parts.record?.({ cached, shared, encoded: tickets.fresh })
    const texts = await this.#results(tickets.all, signal)
    const encoded = new Map([...tickets.all.keys()].map((key, row) => [key, texts[row]]))
    return keys.flatMap((key) => found.get(key) ?? encoded.get(key) ?? [])
  }

  /** A ticket for every text: one that there is, or a new one. */
  #ticketsOf(missing: ReadonlyMap<string, ModelInput>): Tickets {
    const all = new Map<string, EncodingTicket>()
    const fresh = [...missing].filter(([key]) => !this.#tickets.has(key))
    // First what can be refused: nothing has been touched then.
    const submitted = this.#parts.batcher.submit(
      this.#parts.work,
      fresh.map(([, input]) => input),
    )
    for (const key of missing.keys()) {
      const ticket = this.#tickets.get(key)
      if (!ticket) continue
      ticket.waiters += 1
      all.set(key, ticket)
    }
    for (const [index, ticket] of submitted.entries()) {
      const [key = ''] = fresh[index] ?? []
      all.set(key, ticket)
      this.#watch(key, ticket)
    }
    return { all, fresh: submitted.length }
  }

  #watch(key: string, ticket: EncodingTicket): void {
    this.#tickets.set(key, ticket)
    const forget = () => this.#forget(key, ticket)
    ticket.result.then((text) => {
      this.#parts.cache.set(key, text)
      forget()
    }, forget)
  }

  #forget(key: string, ticket: EncodingTicket): void {
    if (this.#tickets.get(key) === ticket) this.#tickets.delete(key)
  }

  async #results(
    tickets: ReadonlyMap<string, EncodingTicket>,
    signal: AbortSignal,
  ): Promise<EncodedText[]> {
    try {
      return await this.#parts.batcher.results([...tickets.values()], signal)
    } finally {
      for (const [key, ticket] of tickets) if (ticket.isCancelled) this.#forget(key, ticket)
    }
  }
}

interface Tickets {
  readonly all: ReadonlyMap<string, EncodingTicket>
  /** How many of them are new. */
  readonly fresh: number
}
