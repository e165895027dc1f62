import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import { InputError } from '../errors/index.ts'
import type { Server } from './create-server.ts'
import { checkSettings, type ListenSettings, listenSettings } from './settings/index.ts'

/** A timer that keeps no program alive. */
const UNREF = { ref: false } as const

/** Where a server listens. */
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

/** A client that sends its request slowly is disconnected by Node itself, with status 408. */
function httpServer({ fetch: handle }: Server, { receiveTimeout }: ListenSettings): HttpServer {
  const timeout = receiveTimeout * 1000
  const serverOptions = {
    requestTimeout: timeout,
    headersTimeout: timeout,
    connectionsCheckingInterval: Math.max(50, Math.min(1000, timeout / 4)),
  }
  let isLoopback = false
  const http = createAdaptorServer({
    fetch: (request, env) => handle(request, { ...env, isLoopback }),
    overrideGlobalObjects: false,
    serverOptions,
  }) as HttpServer
  http.once('listening', () => {
    isLoopback = isLoopbackAddress((http.address() as AddressInfo).address)
  })
  return http
}

function isLoopbackAddress(address: string): boolean {
  return /^(?:::ffff:)?127\.|^::1$/.test(address)
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

/** Closes the port, then each connection once its response is sent, or all when the time is over. */
async function closed(http: HttpServer, expired: Promise<void>): Promise<void> {
  const end = once(http, 'close')
  http.close()
  const sweep = setInterval(() => http.closeIdleConnections(), 50)
  await Promise.race([end, expired])
  clearInterval(sweep)
  http.closeAllConnections()
  await end
}
