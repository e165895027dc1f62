import type { Answered, Asked, Reply, Request } from './messages.ts'
import { packError } from './packed-error.ts'
import type { Port } from './port.ts'
import { buffersOf } from './transfer.ts'

/** What answers each method; the signal aborts when who asked wants the answer no more. */
export type Handlers<Methods> = {
  readonly [Name in keyof Methods]: (
    asked: Asked<Methods, Name>,
    signal: AbortSignal,
  ) => Answered<Methods, Name> | Promise<Answered<Methods, Name>>
}

/**
 * Answers what the `Channel` at the other end asks: each request as it comes, not one after the other.
 * @param failureOf what is said of what a handler throws. Default: that.
 */
export function serve<Methods>(
  port: Port,
  handlers: Handlers<Methods>,
  failureOf = (thrown: unknown) => thrown,
): void {
  const running = new Map<number, AbortController>()
  port.listen(async (message) => {
    const request = message as Request
    const { id } = request
    if ('abort' in request) return running.get(id)?.abort()
    const controller = new AbortController()
    running.set(id, controller)
    try {
      const handle = handlers[request.method as keyof Methods]
      const answer = await handle(request.asked as never, controller.signal)
      port.send({ id, answer } satisfies Reply, buffersOf(answer))
    } catch (error) {
      port.send({ id, failure: packError(failureOf(error)) } satisfies Reply, [])
    } finally {
      running.delete(id)
    }
  })
}

/** Tells the other end what it did not ask for. */
export function notify(port: Port, notice: unknown): void {
  port.send({ notice } satisfies Reply, [])
}
