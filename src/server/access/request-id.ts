import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../app.ts'

const HEADER = 'x-request-id'
const PATTERN = /^[\w.:=+/-]{1,128}$/

/** Gives each request an id: the client's own, where it is short and plain, or a new one. */
export const requestId: MiddlewareHandler<AppEnv> = async (call, next) => {
  const given = call.req.header(HEADER)
  const id = given !== undefined && PATTERN.test(given) ? given : randomUUID()
  call.set('requestId', id)
  await next()
  call.header(HEADER, id)
}
