import {
  type Argument,
  buffersOf,
  type ChannelReply,
  type ChannelRequest,
  type Result,
} from './messages.ts'
import { packError } from './packed-error.ts'
import type { Port } from './port.ts'

/** What serves each method; the signal aborts when nobody wants the result any more. */
export type Handlers<Methods> = {
  readonly [Name in keyof Methods]: (
    argument: Argument<Methods, Name>,
    signal: AbortSignal,
  ) => Result<Methods, Name> | Promise<Result<Methods, Name>>
}

/**
 * Serves the requests of the `Channel` at the other end: each as it comes, not one after the other.
 * @param failureOf the error that is sent for what a handler throws. Default: that.
 */
export function serve<Methods>(
  port: Port,
  handlers: Handlers<Methods>,
  failureOf = (thrown: unknown) => thrown,
): void {
  const running = new Map<number, AbortController>()
  port.listen(async (message) => {
    const request = message as ChannelRequest
    const { id } = request
    if ('abort' in request) return running.get(id)?.abort()
    const controller = new AbortController()
    running.set(id, controller)
    try {
      const handle = handlers[request.method as keyof Methods]
      const result = await handle(request.argument as never, controller.signal)
      port.send({ id, result } satisfies ChannelReply, buffersOf(result))
    } catch (error) {
      port.send({ id, failure: packError(failureOf(error)) } satisfies ChannelReply, [])
    } finally {
      running.delete(id)
    }
  })
}

/** Sends the other end what it did not request. */
export function notify(port: Port, notice: unknown): void {
  port.send({ notice } satisfies ChannelReply, [])
}
