import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { AppEnv, Service } from '../app.ts'

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

/** Counts and reports requests once they are answered. */
export function observeRequests({
  metrics,
  onEvent,
}: Pick<Service, 'metrics' | 'onEvent'>): MiddlewareHandler<AppEnv> {
  return async (call, next) => {
    const start = performance.now()
    await next()
    const seconds = (performance.now() - start) / 1000
    const { status } = call.res
    const { method, path } = call.req
    // Unknown paths are as many as anybody likes; each would be kept for ever.
    metrics.request({ route: status === 404 ? 'unknown' : routePath(call, -1), status, seconds })
    onEvent({
      kind: 'request',
      id: call.get('requestId'),
      method,
      path,
      status,
      seconds,
      error: call.error,
      body: call.get('body'),
    })
  }
}
