import type { MiddlewareHandler } from 'hono'
import type { AppEnv, Call } from '../app.ts'
import { quoted, serverError } from '../failures/index.ts'
import type { ServerSettings } from '../settings/index.ts'

/** Names of the machine itself, which no other can be given. Reference: RFC 6761, 6.3. */
const LOOPBACK = /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i

type HostSettings = Pick<ServerSettings, 'apiKeys' | 'allowedHosts' | 'corsOrigins'>

/**
 * Keeps pages of other sites out of a server that only this machine reaches, and that asks for no key:
 * every page that is open in a browser here could send requests to it, and one that gives its own name
 * the address 127.0.0.1 (DNS rebinding) could read the responses. So requests must be addressed to a name
 * of loopback, and come from no page but the server's own.
 *
 * Where hosts are named in the settings, requests must be addressed to one of them wherever the server
 * listens.
 */
export function ownPages(settings: HostSettings): MiddlewareHandler<AppEnv> {
  const hosts = new Set(settings.allowedHosts.map((host) => host.toLowerCase()))
  const isOpen = settings.apiKeys.length === 0
  return async (call, next) => {
    requireOneHost(call)
    const isExposed = call.env?.isLoopback === true && isOpen
    if (isExposed || hosts.size > 0) requireKnownHost(call, hosts)
    if (isExposed) requireKnownOrigin(call, settings.corsOrigins)
    await next()
  }
}

/** Reference: RFC 9112, 3.2. Of several, Node hands over the first. */
function requireOneHost({ env }: Call): void {
  const names = env?.incoming?.rawHeaders.filter((_, index) => index % 2 === 0) ?? []
  if (names.filter((name) => name.toLowerCase() === 'host').length <= 1) return
  throw serverError('host-twice', 'the request has two Host headers')
}

function requireKnownHost({ req }: Call, hosts: ReadonlySet<string>): void {
  const host = req.header('host') ?? ''
  const name = host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase()
  if (LOOPBACK.test(name) || hosts.has(name)) return
  throw serverError(
    'host-refused',
    `the Host ${quoted(host)} is no name of this server; if it is to be, name it in allowed-hosts`,
    { facts: { host } },
  )
}

function requireKnownOrigin({ req }: Call, origins: readonly string[]): void {
  const origin = req.header('origin')
  if (origin === undefined || origins.includes('*') || origins.includes(origin)) return
  if (URL.canParse(origin) && new URL(origin).host === req.header('host')?.toLowerCase()) return
  throw serverError(
    'origin-refused',
    `pages of ${quoted(origin)} may not call this server; if they are to, name it in cors-origins`,
    { facts: { origin } },
  )
}
