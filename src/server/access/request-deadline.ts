import type { MiddlewareHandler } from 'hono'
import type { AppEnv, Call } from '../app.ts'
import { serverError } from '../failures/index.ts'
import type { ServerSettings } from '../settings/index.ts'
import { OpenRequest } from './open-request.ts'

/**
 * Gives each request up when the client goes away, and after some seconds, within which its response is
 * to be sent as well. A route that listens to its signal leaves the queue; one that does not is
 * failed.
 */
export function requestDeadline({
  requestTimeout: seconds,
  bodyLimit,
}: Pick<ServerSettings, 'requestTimeout' | 'bodyLimit'>): MiddlewareHandler<AppEnv> {
  return async (call, next) => {
    const request = new OpenRequest(bodyLimit)
    const expire = () => {
      const message = `there was no response within ${seconds} seconds`
      request.abort(serverError('request-timeout', message, { facts: { seconds } }))
    }
    const timer = setTimeout(expire, seconds * 1000).unref()
    request.onClose(() => clearTimeout(timer))
    abortWithClient(request, call)
    call.set('open', request)
    try {
      await Promise.race([next(), whenAborted(request.signal)])
    } finally {
      if (!request.isStreamed) request.close()
    }
  }
}

function abortWithClient(request: OpenRequest, { env, req }: Call): void {
  const leave = () => request.abort(serverError('client-closed', 'the client went away'))
  const outgoing = env?.outgoing
  if (!outgoing) {
    const { signal } = req.raw
    signal.addEventListener('abort', leave, { once: true })
    request.onClose(() => signal.removeEventListener('abort', leave))
    return
  }
  // The request's own signal would cost the adapter a copy of the request.
  const closed = () => {
    if (!outgoing.writableFinished) leave()
  }
  outgoing.once('close', closed)
  request.onClose(() => outgoing.off('close', closed))
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
