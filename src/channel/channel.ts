import type { ErrorDetails, YujuError } from '../errors/index.ts'
import type { Answered, Asked, Reply, Request } from './messages.ts'
import { unpackError } from './packed-error.ts'
import type { PeerPort } from './port.ts'
import { buffersOf } from './transfer.ts'

interface Waiting {
  readonly resolve: (answer: never) => void
  readonly reject: (error: unknown) => void
  /** Forgets the request's signal. */
  readonly release: () => void
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
  /** Resolves with the reason when the other side has ended, however that came. */
  readonly ended: Promise<YujuError>
  readonly #port: PeerPort
  readonly #options: ChannelOptions
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #end: YujuError | undefined
  #tellEnded: (reason: YujuError) => void = () => {}

  constructor(port: PeerPort, options: ChannelOptions) {
    this.#port = port
    this.#options = options
    port.listen((message) => this.#take(message as Reply))
    this.ended = new Promise((resolve) => {
      this.#tellEnded = resolve
    })
    port.onEnd((how, details) => this.#tellEnded(this.#fail(options.died(how, details))))
    port.hold(false)
  }

  get isOpen(): boolean {
    return this.#end === undefined
  }

  /**
   * @param signal when it aborts, so does the signal of the one who answers
   * @throws what was thrown there; the signal's reason; why the channel was closed; `died`.
   */
  ask<Name extends keyof Methods & string>(
    method: Name,
    asked: Asked<Methods, Name>,
    signal?: AbortSignal,
  ): Promise<Answered<Methods, Name>> {
    return new Promise((resolve, reject) => {
      if (this.#end) throw this.#end
      signal?.throwIfAborted()
      this.#lastId += 1
      const id = this.#lastId
      this.#send({ id, method, asked }, buffersOf(asked))
      const abort = () => {
        this.#send({ id, abort: true }, [])
        this.#settle(id)?.reject(signal?.reason)
      }
      signal?.addEventListener('abort', abort)
      const release = () => signal?.removeEventListener('abort', abort)
      if (this.#waiting.size === 0) this.#port.hold(true)
      this.#waiting.set(id, { resolve, reject, release })
    })
  }

  /** Ends the other side. @param reason of the failure of all that wait, and that ask later */
  async close(reason = this.#options.died('was stopped')): Promise<void> {
    const ended = this.#fail(reason)
    await this.#port.stop()
    this.#tellEnded(ended)
  }

  #send(message: Request, buffers: readonly ArrayBuffer[]): void {
    this.#port.send(message, buffers)
  }

  #take(reply: Reply): void {
    if ('notice' in reply) this.#options.onNotice?.(reply.notice as never)
    else if ('failure' in reply) this.#settle(reply.id)?.reject(unpackError(reply.failure))
    else this.#settle(reply.id)?.resolve(reply.answer as never)
  }

  /** Undefined for one that waits no more, as it was aborted. */
  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    waiting?.release()
    if (this.#waiting.delete(id) && this.#waiting.size === 0) this.#port.hold(false)
    return waiting
  }

  #fail(reason: YujuError): YujuError {
    this.#end ??= reason
    for (const { reject, release } of this.#waiting.values()) {
      release()
      reject(this.#end)
    }
    this.#waiting.clear()
    return this.#end
  }
}
