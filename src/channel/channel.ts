import type { ErrorDetails, YujuError } from '../errors/index.ts'
import {
  type Argument,
  buffersOf,
  type ChannelReply,
  type ChannelRequest,
  type Result,
} from './messages.ts'
import { unpackError } from './packed-error.ts'
import type { PeerPort } from './port.ts'

/** A request whose reply is due. */
interface PendingRequest {
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
}

export interface ChannelOptions {
  /**
   * The error of all requests that wait when the other side dies; it should name the cure.
   * @param how what follows the name of the other side: `stopped`, `failed: …`
   */
  readonly died: (how: string, details?: ErrorDetails) => YujuError
  /** Is given what the other side sends without a request. */
  readonly onNotice?: (notice: never) => void
}

/**
 * Sends requests to another thread or process, which serves them with `serve`: each gets one result, or
 * the error that was thrown there, in any order. Keeps the program from ending while a reply is due.
 */
export class Channel<Methods> {
  readonly #port: PeerPort
  readonly #options: ChannelOptions
  readonly #pending = new Map<number, PendingRequest>()
  #lastId = 0
  #ended: YujuError | undefined

  constructor(port: PeerPort, options: ChannelOptions) {
    this.#port = port
    this.#options = options
    port.listen((message) => this.#take(message as ChannelReply))
    port.onEnd((...how) => this.#end(options.died(...how)))
    port.hold(false)
  }

  /** Why it refuses requests, once it does. */
  get ended(): YujuError | undefined {
    return this.#ended
  }

  /**
   * @param signal when it aborts, so does the signal of the one who serves
   * @throws what was thrown there; the signal's reason; why the channel was closed; `died`.
   */
  async ask<Name extends keyof Methods & string>(
    method: Name,
    argument: Argument<Methods, Name>,
    signal?: AbortSignal,
  ): Promise<Result<Methods, Name>> {
    if (this.#ended) throw this.#ended
    signal?.throwIfAborted()
    this.#lastId += 1
    const id = this.#lastId
    const abort = () => {
      this.#pending.get(id)?.reject(signal?.reason)
      this.#port.send({ id, abort: true } satisfies ChannelRequest, [])
    }
    this.#port.send({ id, method, argument } satisfies ChannelRequest, buffersOf(argument))
    this.#port.hold(true)
    signal?.addEventListener('abort', abort)
    try {
      return await new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }))
    } finally {
      signal?.removeEventListener('abort', abort)
      this.#pending.delete(id)
      if (!this.#ended) this.#port.hold(this.#pending.size > 0)
    }
  }

  /** Ends the other side. @param reason of the failure of all requests that wait, and of later ones */
  async close(reason = this.#options.died('was stopped')): Promise<void> {
    this.#end(reason)
    await this.#port.stop()
  }

  #take(reply: ChannelReply): void {
    if ('notice' in reply) return void this.#options.onNotice?.(reply.notice as never)
    // One that was aborted waits no more.
    const pending = this.#pending.get(reply.id)
    if ('failure' in reply) pending?.reject(unpackError(reply.failure))
    else pending?.resolve(reply.result as never)
  }

  #end(reason: YujuError): void {
    this.#ended ??= reason
    for (const { reject } of this.#pending.values()) reject(this.#ended)
  }
}
