import { setTimeout as wait } from 'node:timers/promises'
import { HubError } from '../../errors/index.ts'
import { parseJson } from '../../schema/index.ts'
import { requireAllowed } from './hub-address.ts'
import type { HubKind, HubSettings } from './hub-options.ts'

/** Requests to the hub: redirects, the token, second tries, errors. */

const MOST_TRIES = 5
const MOST_REDIRECTS = 8
/** A server may ask for a pause; longer than this is answered with an error. */
const LONGEST_PAUSE = 60_000
/** All pauses of one download together; the next one is answered with an error. */
const LONGEST_PAUSES = 300_000
/** A listing has a thousand files a page. */
const MOST_CALLS = 500
/** Of a response of the hub's interface, in bytes, unpacked: a page of a listing has some 300 kB. */
const LARGEST_ANSWER = 4 << 20

type Receive = (response: Response) => Promise<Response>

export class HubClient {
  readonly #settings: HubSettings
  #paused = 0
  #calls = 0

  constructor(settings: HubSettings) {
    this.#settings = settings
  }

  /** How long pauses took that the hub asked for, in milliseconds. */
  get paused(): number {
    return this.#paused
  }

  /** `fetch` for the library that speaks the hub's interface: small answers, which come whole. */
  readonly fetch: typeof fetch = (input, init) => {
    this.#calls += 1
    if (this.#calls > MOST_CALLS) {
      const { endpoint, id } = this.#settings
      throw new HubError('hub-response', `${endpoint} lists the files of ${id} on and on`)
    }
    const url = input instanceof Request ? input.url : String(input)
    return this.#request(url, init, (response) => receiveWhole(response, url))
  }

  /**
   * A response that is ok, its body still to come. Failures that may pass (no connection, 429, 5xx) are
   * tried again.
   * @throws HubError saying what failed and what to do.
   */
  request(url: string, init: RequestInit = {}): Promise<Response> {
    return this.#request(url, init, async (response) => response)
  }

  async #request(url: string, init: RequestInit = {}, receive: Receive): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(url, init, receive)
      if (outcome instanceof Response && outcome.ok) return outcome
      const pause = pauseBefore(attempt, outcome)
      if (pause === undefined || this.#paused > LONGEST_PAUSES) throw this.#failure(url, outcome)
      if (outcome instanceof Response) await outcome.body?.cancel()
      await wait(pause, undefined, this.#settings.signal ? { signal: this.#settings.signal } : {})
      this.#paused += pause
    }
  }

  async #attempt(url: string, init: RequestInit, receive: Receive): Promise<Response | Error> {
    const { signal, stallTimeout } = this.#settings
    const deadline = new AbortController()
    const timer = setTimeout(
      () => deadline.abort(new Error(`no response within ${stallTimeout} ms`)),
      stallTimeout,
    )
    try {
      const signals = [deadline.signal, signal, init.signal].filter((s) => s instanceof AbortSignal)
      const response = await this.#follow(url, { ...init, signal: AbortSignal.any(signals) })
      return response.ok ? await receive(response) : response
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof HubError) throw error
      return error instanceof Error ? error : new Error(String(error))
    } finally {
      clearTimeout(timer)
    }
  }

  /** Follows redirects by hand: the token must not travel to the hosts they lead to. */
  async #follow(url: string, init: RequestInit): Promise<Response> {
    let target = new URL(url)
    for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
      await requireAllowed(target, this.#settings.endpoint)
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

/**
 * A response whose body is here, and small, and JSON, whatever its headers say.
 * @throws HubError for one that is not.
 */
async function receiveWhole(response: Response, url: string): Promise<Response> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size > LARGEST_ANSWER) throw unusable(url, `has more than ${LARGEST_ANSWER} bytes`)
  }
  const text = Buffer.concat(chunks).toString('utf8')
  try {
    parseJson(text)
  } catch (cause) {
    throw unusable(url, `cannot be read as JSON: ${(cause as Error).message}`)
  }
  const { status, headers } = response
  return new Response(text, { status, headers })
}

function unusable(url: string, what: string): HubError {
  return new HubError('hub-response', `the response of the hub to ${url} ${what}`, {
    facts: { url },
  })
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
  const requested = Number(outcome.headers.get('retry-after') ?? Number.NaN) * 1000
  if (Number.isNaN(requested)) return growing
  return requested <= LONGEST_PAUSE ? requested : undefined
}
