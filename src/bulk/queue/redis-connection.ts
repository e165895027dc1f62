import type { Redis } from 'ioredis'
import { QueueError, YujuError } from '../../errors/index.ts'
import { optionalPackage } from '../optional-package.ts'

/** Milliseconds to reach Redis, and between tries to reach it again. */
const REACH_TIMEOUT = 5000
const LONGEST_PAUSE = 2000

/** For whoever can wait for as long as it takes until a lost Redis is back. */
interface Patience {
  /** Called when the connection is lost and when it is there again. */
  readonly onChange: (isConnected: boolean) => void
}

/**
 * Connects to Redis. Whoever asks for it closes it.
 * @param patience where there is none, commands fail when the connection is lost
 * @throws QueueError when Redis cannot be reached, or refuses.
 */
export async function connectRedis(url: string, patience?: Patience): Promise<Redis> {
  requireRedisUrl(url)
  const { Redis } = await optionalPackage('ioredis', () => import('ioredis'))
  let wasReady = false
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: REACH_TIMEOUT,
    maxRetriesPerRequest: patience ? null : 1,
    retryStrategy: (tries) => (wasReady ? Math.min(100 * 2 ** tries, LONGEST_PAUSE) : null),
  })
  let lastError: unknown
  redis.on('error', (error) => {
    lastError = error
  })
  redis.on('ready', () => {
    if (wasReady) patience?.onChange(true)
    wasReady = true
  })
  redis.on('close', () => {
    if (wasReady && redis.status !== 'end') patience?.onChange(false)
  })
  try {
    await redis.connect()
    await redis.ping()
    return redis
  } catch (cause) {
    redis.disconnect()
    throw unreachable(url, lastError ?? cause)
  }
}

/** Runs commands; their failures say which Redis it was. */
export async function withRedis<Result>(url: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    const isOurs = cause instanceof YujuError || !(cause instanceof Error)
    if (isOurs || !isRedisFailure(cause)) throw cause
    throw unreachable(url, cause)
  }
}

function isRedisFailure({ name, message }: Error): boolean {
  return (
    ['MaxRetriesPerRequestError', 'ReplyError', 'AbortError'].includes(name) ||
    /ECONN|ETIMEDOUT|ENOTFOUND|EPIPE|Connection is closed/.test(message)
  )
}

function requireRedisUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : ''
  if (protocol === 'redis:' || protocol === 'rediss:') return
  throw new QueueError(
    'queue-address',
    `the address of Redis must be like redis://host:6379, or rediss:// for TLS, but is ${url}`,
  )
}

function unreachable(url: string, cause: unknown): QueueError {
  const { host } = new URL(url)
  const reason = cause instanceof Error ? cause.message || codeOf(cause) : String(cause)
  return new QueueError(
    'queue-unreachable',
    `Redis at ${host} cannot be used: ${reason}; check that it runs, its address and password`,
    { facts: { host }, cause },
  )
}

/** Several addresses of one name that all fail give an error without words. */
function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name
}
