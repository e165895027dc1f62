import { join } from 'node:path'
import { createServer, type Server, type ServerOptions } from 'yuju/server'
import { FIXTURES } from './shared.ts'

export const TINY = join(FIXTURES, 'models/tiny-bert-zh')
export const DENSE = join(FIXTURES, 'models/tiny-dense-normalize')

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The body, read as JSON where it is. */
  readonly body: unknown
}

/** Asks a server's fetch handler, without a port. */
export class ServerClient {
  readonly server: Server
  readonly #headers: Readonly<Record<string, string>>

  constructor(server: Server, headers: Readonly<Record<string, string>> = {}) {
    this.server = server
    this.#headers = headers
  }

  /** A server of two small models, `tiny` and `dense/zh`. */
  static async start(options: Omit<ServerOptions, 'models'> = {}): Promise<ServerClient> {
    const models = [
      { name: 'tiny', model: TINY },
      { name: 'dense/zh', model: DENSE },
    ]
    return new ServerClient(await createServer({ models, ...options }))
  }

  with(headers: Readonly<Record<string, string>>): ServerClient {
    return new ServerClient(this.server, headers)
  }

  get(path: string, method = 'GET'): Promise<Answer> {
    return this.#ask(path, { method })
  }

  /** Sends JSON; a string or bytes are sent as they are. */
  post(path: string, body: unknown, init: RequestInit = {}): Promise<Answer> {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    const headers = { 'content-type': 'application/json', ...init.headers }
    return this.#ask(path, {
      method: 'POST',
      ...init,
      body: isRaw ? body : JSON.stringify(body),
      headers,
    })
  }

  /** The body of a good answer. */
  async ok<Body>(path: string, body: unknown): Promise<Body> {
    const answer = await this.post(path, body)
    if (answer.status === 200) return answer.body as Body
    throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  }

  async #ask(path: string, init: RequestInit): Promise<Answer> {
    const headers = { ...this.#headers, ...init.headers }
    const request = new Request(`http://server${path}`, { ...init, headers })
    const response = await this.server.fetch(request)
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    const body = isJson ? JSON.parse(text) : text
    return { status: response.status, headers: response.headers, body }
  }
}
