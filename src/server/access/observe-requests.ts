import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { AppEnv } from '../app.ts'
import type { Service } from '../service.ts'

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
