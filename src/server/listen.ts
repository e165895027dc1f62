import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import { z } from 'zod'
import { InputError } from '../errors/index.ts'
import type { Server } from './create-server.ts'
import { checkSettings } from './settings.ts'

/** A timer that keeps no program alive. */
const UNREF = { ref: false } as const

const seconds = z.number().min(0).max(86_400)

/** Settings of what has the port. */
export const listenSettings = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all'),
  port: z.int().min(0).max(65_535).default(8080).describe('Port to listen on; 0 for any free one'),
  receiveTimeout: seconds.default(30).describe('Seconds within which a request must have arrived'),
  drainDelay: seconds
    .default(5)
    .describe('Seconds from readiness turning false to new requests being refused, when stopping'),
  drainTimeout: seconds
    .default(30)
    .describe('Seconds that open requests have after that to be answered'),
})
export type ListenSettings = Readonly<z.infer<typeof listenSettings>>
export type ListenOptions = Partial<ListenSettings>

/** A server with a port. */
export interface Listener {
  readonly url: string
  readonly port: number
  /** Drains the server, closes the port and all connections, and frees the models. */
  stop(): Promise<void>
}

/**
 * Gives a server a port.
 * @throws InputError when the port cannot be had.
 */
export async function listen(server: Server, options: ListenOptions = {}): Promise<Listener> {
  const settings = checkSettings(listenSettings, options)
  const http = httpServer(server, settings)
  await opened(http, settings)
  const { port } = http.address() as AddressInfo
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host
  return {
    port,
    url: `http://${host}:${port}`,
    async stop() {
      const expired = pause((settings.drainDelay + settings.drainTimeout) * 1000, undefined, UNREF)
      await Promise.race([server.drain({ delay: settings.drainDelay }), expired])
      await closed(http, expired)
      await server.close()
    },
  }
}

/** A client that sends its request slowly is cut off by Node itself, with status 408. */
function httpServer({ fetch }: Server, { receiveTimeout }: ListenSettings): HttpServer {
  const timeout = receiveTimeout * 1000
  const serverOptions = {
    requestTimeout: timeout,
    headersTimeout: timeout,
    connectionsCheckingInterval: Math.max(50, Math.min(1000, timeout / 4)),
  }
  const http = createAdaptorServer({ fetch, overrideGlobalObjects: false, serverOptions })
  return http as HttpServer
}

async function opened(http: HttpServer, { host, port }: ListenSettings): Promise<void> {
  http.listen(port, host)
  try {
    await once(http, 'listening')
  } catch (cause) {
    throw new InputError('port-unavailable', `cannot listen on ${host}:${port}: ${cause}`, {
      facts: { host, port },
      cause,
    })
  }
}

/** Closes the port, then each connection once its answer is sent, or all when the time is over. */
async function closed(http: HttpServer, expired: Promise<void>): Promise<void> {
  const end = once(http, 'close')
  http.close()
  const sweep = setInterval(() => http.closeIdleConnections(), 50)
  await Promise.race([end, expired])
  clearInterval(sweep)
  http.closeAllConnections()
  await end
}
