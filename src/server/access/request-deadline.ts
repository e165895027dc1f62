import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../app.ts'
import { serverError } from '../failures/index.ts'

/**
 * Gives each request a signal that is aborted when the client goes away, and after some seconds.
 * A route that listens to it leaves the queue; one that does not is answered for.
 */
export function requestDeadline(seconds: number): MiddlewareHandler<AppEnv> {
  return async (call, next) => {
    const abort = new AbortController()
    const client = call.req.raw.signal
    const leave = () => abort.abort(serverError('client-closed', 'the client went away'))
    const expire = () => {
      const message = `there was no answer within ${seconds} seconds`
      abort.abort(serverError('request-timeout', message, { facts: { seconds } }))
    }
    const timer = setTimeout(expire, seconds * 1000)
    client.addEventListener('abort', leave, { once: true })
    call.set('signal', abort.signal)
    try {
      await Promise.race([next(), whenAborted(abort.signal)])
    } finally {
      clearTimeout(timer)
      client.removeEventListener('abort', leave)
    }
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
