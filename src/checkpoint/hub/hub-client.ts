import { setTimeout as wait } from 'node:timers/promises'
import { HubError } from '../../errors/index.ts'
import type { HubKind, HubSettings } from './hub-options.ts'

/** Requests to the hub: redirects, the token, second tries, errors. */

const MOST_TRIES = 5
const MOST_REDIRECTS = 8
/** A server may ask for a pause; longer than this is answered with an error. */
const LONGEST_PAUSE = 60_000

export class HubClient {
  readonly #settings: HubSettings

  constructor(settings: HubSettings) {
    this.#settings = settings
  }

  /** `fetch` for the library that speaks the hub's interface. */
  readonly fetch: typeof fetch = (input, init) =>
    this.request(input instanceof Request ? input.url : String(input), init)

  /**
   * A response that is ok. Failures that may pass (no connection, 429, 5xx) are tried again.
   * @throws HubError saying what failed and what to do.
   */
  async request(url: string, init: RequestInit = {}): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(url, init)
      if (outcome instanceof Response && outcome.ok) return outcome
      const pause = pauseBefore(attempt, outcome)
      if (pause === undefined) throw this.#failure(url, outcome)
      if (outcome instanceof Response) await outcome.body?.cancel()
      await wait(pause, undefined, this.#settings.signal ? { signal: this.#settings.signal } : {})
    }
  }

  async #attempt(url: string, init: RequestInit): Promise<Response | Error> {
    const { signal, stallTimeout } = this.#settings
    const deadline = new AbortController()
    const timer = setTimeout(
      () => deadline.abort(new Error(`no answer within ${stallTimeout} ms`)),
      stallTimeout,
    )
    try {
      const signals = [deadline.signal, signal, init.signal].filter((s) => s instanceof AbortSignal)
      return await this.#follow(url, { ...init, signal: AbortSignal.any(signals) })
    } catch (error) {
      signal?.throwIfAborted()
      return error instanceof Error ? error : new Error(String(error))
    } finally {
      clearTimeout(timer)
    }
  }

  /** Follows redirects by hand: the token must not travel to the hosts they lead to. */
  async #follow(url: string, init: RequestInit): Promise<Response> {
    let target = new URL(url)
    for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
      const headers = new Headers(init.headers)
      headers.delete('authorization')
      if (this.#settings.token && target.origin === new URL(this.#settings.endpoint).origin) {
        headers.set('authorization', `Bearer ${this.#settings.token}`)
      }
      const response = await fetch(target, { ...init, headers, redirect: 'manual' })
      const location = response.headers.get('location')
      if (response.status < 300 || response.status >= 400 || !location) return response
      await response.body?.cancel()
      target = new URL(location, target)
    }
    throw new Error(`more than ${MOST_REDIRECTS} redirects`)
  }

  #failure(url: string, outcome: Response | Error): HubError {
    const { kind, id, revision, endpoint } = this.#settings
    if (outcome instanceof Error) {
      const reason = outcome.cause instanceof Error ? outcome.cause.message : outcome.message
      return new HubError(
        'hub-unreachable',
        `${endpoint} cannot be reached (${reason}); check the network, or name a mirror in ` +
          'HF_ENDPOINT',
        { facts: { url, endpoint }, cause: outcome },
      )
    }
    const reason = outcome.headers.get('x-error-code') ?? ''
    const [code, message] = describe(outcome.status, reason, { kind, id, revision, url })
    return new HubError(code, message, { facts: { url, status: outcome.status, id, revision } })
  }
}

interface Subject {
  readonly kind: HubKind
  readonly id: string
  readonly revision: string
  readonly url: string
}

function describe(
  status: number,
  reason: string,
  { kind, id, revision, url }: Subject,
): [string, string] {
  switch (status) {
    case 401:
      return [
        'hub-unauthorized',
        `the hub does not show ${id}: there is no such ${kind}, or it needs a token in HF_TOKEN`,
      ]
    case 403:
      return ['hub-forbidden', `your token may not read ${id}; ask for access on its page`]
    case 404:
      if (reason === 'RevisionNotFound') {
        return ['hub-revision-missing', `${id} has no branch, tag or commit ${revision}`]
      }
      if (reason === 'EntryNotFound') return ['hub-file-missing', `${id} has no file at ${url}`]
      return [`hub-${kind}-missing`, `there is no ${kind} ${id} on the hub; check the spelling`]
    case 429:
      return ['hub-busy', `the hub refuses more requests for now (429); try again later`]
    default:
      return ['hub-failed', `the hub answered ${status} to ${url}; try again later`]
  }
}

/** Milliseconds until the next try, or undefined where another is pointless. */
function pauseBefore(attempt: number, outcome: Response | Error): number | undefined {
  if (attempt >= MOST_TRIES) return undefined
  const growing = Math.min(200 * 2 ** attempt, 8000)
  if (outcome instanceof Error) return growing
  if (outcome.status !== 429 && outcome.status < 500) return undefined
  const asked = Number(outcome.headers.get('retry-after') ?? Number.NaN) * 1000
  if (Number.isNaN(asked)) return growing
  return asked <= LONGEST_PAUSE ? asked : undefined
}
