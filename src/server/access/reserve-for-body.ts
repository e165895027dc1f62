import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../app.ts'
import type { AnswerMemory } from './answer-memory.ts'

/**
 * Turns away requests whose answers have no room, before their bodies are read: reading costs more than
 * everything else of a request that is turned away.
 * @param most the bytes of the largest answer that a body of so many bytes can ask for
 */
export function reserveForBody(
  memory: AnswerMemory,
  most: (bodyBytes: number) => number,
): MiddlewareHandler<AppEnv> {
  return async (call, next) => {
    const request = call.get('open')
    const length = Number(call.req.header('content-length') ?? request.bodyLimit)
    memory.reserve(most(Math.min(length, request.bodyLimit)), request)
    await next()
  }
}
