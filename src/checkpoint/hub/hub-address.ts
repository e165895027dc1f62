import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { HubError } from '../../errors/index.ts'

/** Addresses that are this machine, or what only it can reach. */
const OWN = new BlockList()
OWN.addSubnet('127.0.0.0', 8)
OWN.addSubnet('0.0.0.0', 8)
OWN.addSubnet('169.254.0.0', 16)
OWN.addAddress('::1', 'ipv6')
OWN.addAddress('::', 'ipv6')
OWN.addSubnet('fe80::', 10, 'ipv6')

/**
 * Requires that a hub may send a program to an address: the hub is somebody else, and this machine has
 * services that answer whoever runs on it.
 * @throws HubError for what is no http(s), and for an address of this machine that is not the hub's own.
 */
export async function requireAllowed(target: URL, endpoint: string): Promise<void> {
  if (target.origin === new URL(endpoint).origin) return
  if (!/^https?:$/.test(target.protocol)) throw refused(target, 'only http and https are followed')
  if (await isOwn(target.hostname)) throw refused(target, 'it is an address of this machine')
}

async function isOwn(hostname: string): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, '')
  // What has no address cannot be reached either, which is said where it is tried.
  const found = isIP(host) ? [{ address: host }] : await lookup(host, { all: true }).catch(() => [])
  return found.some(({ address }) => OWN.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'))
}

function refused(target: URL, why: string): HubError {
  const address = target.href.slice(0, 100)
  return new HubError(
    'hub-redirect',
    `the hub leads to ${address}, which is refused: ${why}; if this is your mirror, have it serve its ` +
      'files itself',
    { facts: { address } },
  )
}
