import { RuntimeError } from '../errors/index.ts'
import type { Backend } from './constants.ts'
import type { Session, Tensor } from './session.ts'
import type { RunRequest, SessionReady, SessionReply, SessionStart } from './session-messages.ts'

/** The thread that owns a session, as the program sees it: Node's kind, or a browser's. */
export interface SessionThread {
  /** Sends a message; the buffers are handed over. */
  send(message: SessionStart | RunRequest, buffers: ArrayBuffer[]): void
  /** Says who takes its messages, and the error it ends with, should it end by itself. */
  listen(take: (reply: SessionReply) => void, ended: (error: RuntimeError) => void): void
  /** The program must not end while an answer is due, and may end when none is. */
  hold(isNeeded: boolean): void
  stop(): Promise<void>
}

/**
 * Gives a model to a thread, and waits until it is loaded.
 * @throws RuntimeError when the runtime cannot be loaded or refuses the model.
 */
export async function startSession(thread: SessionThread, start: SessionStart): Promise<Session> {
  return new ThreadSession(thread, await whenReady(thread, start))
}

function whenReady(thread: SessionThread, start: SessionStart): Promise<SessionReady> {
  return new Promise((resolve, reject) => {
    const take = (reply: SessionReply) => {
      if (reply.kind === 'ready') return resolve(reply)
      const failed = reply.kind === 'failed'
      reject(
        new RuntimeError(
          failed ? reply.code : 'runtime-session',
          failed ? reply.message : `the thread that runs the model said ${reply.kind}, not ready`,
        ),
      )
    }
    thread.listen(take, reject)
    thread.hold(true)
    thread.send(start, [])
  })
}

interface Waiting {
  readonly resolve: (tensor: Tensor) => void
  readonly reject: (error: RuntimeError) => void
}

class ThreadSession implements Session {
  readonly backend: Backend
  readonly warnings: readonly string[]
  readonly ahead = 2
  readonly #thread: SessionThread
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #ended: RuntimeError | undefined

  constructor(thread: SessionThread, { backend, warnings }: SessionReady) {
    this.backend = backend
    this.warnings = warnings
    this.#thread = thread
    thread.listen(
      (reply) => this.#answer(reply),
      (error) => this.#end(error),
    )
    thread.hold(false)
  }

  run(inputs: Readonly<Record<string, Tensor>>, output: string): Promise<Tensor> {
    if (this.#ended) return Promise.reject(this.#ended)
    this.#lastId += 1
    const request: RunRequest = { id: this.#lastId, inputs, output }
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) this.#thread.hold(true)
      this.#waiting.set(request.id, { resolve, reject })
      const buffers = Object.values(inputs).map(({ data }) => data.buffer as ArrayBuffer)
      this.#thread.send(request, buffers)
    })
  }

  async dispose(): Promise<void> {
    this.#end(new RuntimeError('runtime-ended', 'the session was disposed'))
    await this.#thread.stop()
  }

  #answer(reply: SessionReply): void {
    if (reply.kind !== 'result' && reply.kind !== 'refused') return
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (this.#waiting.size === 0) this.#thread.hold(false)
    if (reply.kind === 'result') waiting?.resolve(reply.tensor)
    else waiting?.reject(new RuntimeError(reply.code, reply.message))
  }

  #end(error: RuntimeError): void {
    this.#ended ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
    this.#waiting.clear()
  }
}
