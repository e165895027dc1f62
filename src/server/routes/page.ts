import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { etag } from 'hono/etag'
import type { App, Call } from '../app.ts'
import { serverError, shortened } from '../failures/index.ts'
import { addGet } from './endpoint.ts'
import { HOST_FAILURES } from './failure-lists.ts'

const FOLDER = fileURLToPath(new URL('../page', import.meta.url))

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'"

const HEADERS = {
  // Kept, but checked each time: the names stay the same when a new version comes.
  'cache-control': 'no-cache',
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** The files of the page at `/`, by name. */
export type Page = ReadonlyMap<string, Uint8Array<ArrayBuffer>>

export function readPage(): Page {
  const names = readdirSync(FOLDER).filter((name) => extname(name) in TYPES)
  return new Map(names.map((name) => [name, Uint8Array.from(readFileSync(join(FOLDER, name)))]))
}

/** Where the page is; it holds no secret, so it is shown to those who have no key yet. */
export function pagePaths(page: Page): readonly string[] {
  return ['/', ...[...page.keys()].map((name) => `/page/${name}`)]
}

/** `/`, a page to try the models with, and the files it needs. */
export function addPage(app: App, page: Page): void {
  const send = (call: Call, name: string) => {
    const bytes = page.get(name)
    if (!bytes) throw serverError('route-unknown', `there is no ${shortened(call.req.path)}`)
    return call.body(bytes, 200, { ...HEADERS, 'content-type': TYPES[extname(name)] ?? '' })
  }
  const endpoint = {
    path: '/',
    tag: 'Operation',
    summary: 'A page to try the models with. Needs no key.',
    response: { description: 'The page.', type: 'text/html' },
    failures: HOST_FAILURES,
  } as const
  app.get('/', etag())
  addGet(app, endpoint, (call) => send(call, 'index.html'))
  app.get('/page/:name', etag(), (call) => send(call, call.req.param('name')))
}
