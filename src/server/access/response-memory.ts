import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../app.ts'
import { serverError } from '../failures/index.ts'
import type { OpenRequest } from './open-request.ts'

/**
 * Counts the bytes of responses that are many times as large as their requests, from before they are made
 * until they are sent, and turns away requests for more of them than there is room for.
 */
export class ResponseMemory {
  readonly #most: number
  readonly #held = new Map<OpenRequest, number>()

  /** @param most bytes; a response that is larger alone is made while there is no other */
  constructor(most: number) {
    this.#most = most
  }

  get held(): number {
    return [...this.#held.values()].reduce((sum, bytes) => sum + bytes, 0)
  }

  /**
   * Reserves bytes for the response of a request, in the place of what was reserved for it before.
   * @throws ServerError when there is no room beside those of other requests.
   */
  reserve(bytes: number, request: OpenRequest): void {
    const others = this.held - (this.#held.get(request) ?? 0)
    if (others > 0 && others + bytes > this.#most) {
      throw serverError(
        'response-memory-full',
        `${others} bytes of responses are being made or sent, and ${bytes} more are over the limit ` +
          `of ${this.#most}; try again a little later, or send fewer texts`,
        { facts: { held: others, bytes, limit: this.#most } },
      )
    }
    this.#held.set(request, bytes)
    request.onClose(() => this.#held.delete(request))
  }
}

/**
 * Turns away requests whose responses have no room, before their bodies are read: reading costs more than
 * everything else of a request that is turned away.
 * @param most the bytes of the largest response that a body of so many bytes can ask for
 */
export function reserveForBody(
  memory: ResponseMemory,
  most: (bodyBytes: number) => number,
): MiddlewareHandler<AppEnv> {
  return async (call, next) => {
    const request = call.get('open')
    const length = Number(call.req.header('content-length') ?? request.bodyLimit)
    memory.reserve(most(Math.min(length, request.bodyLimit)), request)
    await next()
  }
}
