import type { ErrorDetails, YujuError } from '../errors/index.ts'
import type { Answered, Asked, Reply, Request } from './messages.ts'
import { unpackError } from './packed-error.ts'
import type { PeerPort } from './port.ts'
import { buffersOf } from './transfer.ts'

interface Waiting {
  readonly resolve: (answer: never) => void
  readonly reject: (error: unknown) => void
}

export interface ChannelOptions {
  /**
   * The error of all that wait when the other side dies; it should name the cure.
   * @param how what follows the name of the other side: `stopped`, `failed: …`
   */
  readonly died: (how: string, details?: ErrorDetails) => YujuError
  /** Is told what the other side says unasked. */
  readonly onNotice?: (notice: never) => void
}

/**
 * Asks another thread or process, which answers with `serve`: each request gets one answer, or the
 * error that was thrown there, in any order. Keeps the program from ending while an answer is due.
 */
export class Channel<Methods> {
  readonly #port: PeerPort
  readonly #options: ChannelOptions
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #ended: YujuError | undefined

  constructor(port: PeerPort, options: ChannelOptions) {
    this.#port = port
    this.#options = options
    port.listen((message) => this.#take(message as Reply))
    port.onEnd((...how) => this.#end(options.died(...how)))
    port.hold(false)
  }

  /** Why it refuses what is asked, once it does. */
  get ended(): YujuError | undefined {
    return this.#ended
  }

  /**
   * @param signal when it aborts, so does the signal of the one who answers
   * @throws what was thrown there; the signal's reason; why the channel was closed; `died`.
   */
  async ask<Name extends keyof Methods & string>(
    method: Name,
    asked: Asked<Methods, Name>,
    signal?: AbortSignal,
  ): Promise<Answered<Methods, Name>> {
    if (this.#ended) throw this.#ended
    signal?.throwIfAborted()
    this.#lastId += 1
    const id = this.#lastId
    const abort = () => {
      this.#waiting.get(id)?.reject(signal?.reason)
      this.#port.send({ id, abort: true } satisfies Request, [])
    }
    this.#port.send({ id, method, asked } satisfies Request, buffersOf(asked))
    this.#port.hold(true)
    signal?.addEventListener('abort', abort)
    try {
      return await new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    } finally {
      signal?.removeEventListener('abort', abort)
      this.#waiting.delete(id)
      if (!this.#ended) this.#port.hold(this.#waiting.size > 0)
    }
  }

  /** Ends the other side. @param reason of the failure of all that wait, and that ask later */
  async close(reason = this.#options.died('was stopped')): Promise<void> {
    this.#end(reason)
    await this.#port.stop()
  }

  #take(reply: Reply): void {
    if ('notice' in reply) return void this.#options.onNotice?.(reply.notice as never)
    // One that was aborted waits no more.
    const waiting = this.#waiting.get(reply.id)
    if ('failure' in reply) waiting?.reject(unpackError(reply.failure))
    else waiting?.resolve(reply.answer as never)
  }

  #end(reason: YujuError): void {
    this.#ended ??= reason
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
  }
}
