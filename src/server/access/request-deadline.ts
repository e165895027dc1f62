import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../app.ts'
import { serverError } from '../failures/index.ts'
import { OpenRequest } from './open-request.ts'

/**
 * Gives each request up when the client goes away, and after some seconds, within which its answer is
 * to be sent as well. A route that listens to its signal leaves the queue; one that does not is
 * answered for.
 */
export function requestDeadline(seconds: number): MiddlewareHandler<AppEnv> {
  return async (call, next) => {
    const request = new OpenRequest()
    const client = call.req.raw.signal
    const leave = () => request.abort(serverError('client-closed', 'the client went away'))
    const expire = () => {
      const message = `there was no answer within ${seconds} seconds`
      request.abort(serverError('request-timeout', message, { facts: { seconds } }))
    }
    const timer = setTimeout(expire, seconds * 1000).unref()
    client.addEventListener('abort', leave, { once: true })
    request.onClose(() => {
      clearTimeout(timer)
      client.removeEventListener('abort', leave)
    })
    call.set('open', request)
    try {
      await Promise.race([next(), whenAborted(request.signal)])
    } finally {
      if (!request.isStreamed) request.close()
    }
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
