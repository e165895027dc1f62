import { readFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}

/** What a server may do wrong with a file: close in its middle, change a byte, or refuse. */
export type Fault = 'cut' | 'corrupt' | 503

/** A static server on loopback: folders below prefixes of the address. */
export class StaticServer {
  /** Paths that were asked for, in order. */
  readonly requests: string[] = []
  readonly #server: Server
  readonly #folders = new Map<string, string>()
  readonly #faults = new Map<string, Fault[]>()

  /** @param isIsolated whether pages may share memory between threads */
  constructor({ isIsolated }: { readonly isIsolated: boolean }) {
    this.#server = createServer(async ({ url = '/' }, response) => {
      if (isIsolated) {
        response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
        response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp')
      }
      const path = decodeURI(new URL(url, 'http://x').pathname)
      await this.#answer(path.endsWith('/') ? `${path}index.html` : path, response)
    })
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Serves a folder below `prefix`, which begins and ends with a slash. */
  mount(prefix: string, folder: string): void {
    this.#folders.set(prefix, folder)
  }

  /** What goes wrong with the next requests for `path`, one after the other. */
  fail(path: string, faults: readonly Fault[]): void {
    this.#faults.set(path, [...faults])
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(path: string, response: ServerResponse): Promise<void> {
    this.requests.push(path)
    const body = await this.#read(path)
    const fault = this.#faults.get(path)?.shift()
    if (fault === 503 || !body) {
      response.writeHead(fault === 503 ? 503 : 404).end()
      return
    }
    if (fault === 'corrupt') body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1
    response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream')
    response.setHeader('Content-Length', body.length)
    // Their names change with what they hold; the runtime is large.
    if (path.startsWith('/assets/')) response.setHeader('Cache-Control', 'max-age=3600')
    if (fault !== 'cut') {
      response.end(body)
      return
    }
    response.write(body.subarray(0, body.length >> 1), () => response.destroy())
  }

  async #read(path: string): Promise<Buffer | undefined> {
    const prefixes = [...this.#folders.keys()].filter((prefix) => path.startsWith(prefix))
    const prefix = prefixes.sort((a, b) => b.length - a.length)[0]
    if (prefix === undefined) return undefined
    const rest = normalize(path.slice(prefix.length))
    if (rest.startsWith('..')) return undefined
    return readFile(join(this.#folders.get(prefix) ?? '', rest)).catch(() => undefined)
  }
}
