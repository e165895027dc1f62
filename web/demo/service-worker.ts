/**
 * Keeps the page itself, so that it opens without a network, and gives its files the headers without
 * which browsers let no page share memory between threads: static servers can seldom be set up to.
 * The model's files are kept by yuju.
 */

/** What a service worker has, of which the types for pages know nothing. */
interface ServiceWorkerScope {
  readonly location: Location
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', take: (event: ExtendableEvent) => void): void
  addEventListener(type: 'fetch', take: (event: FetchEvent) => void): void
}

interface ExtendableEvent {
  waitUntil(work: Promise<unknown>): void
}

interface FetchEvent extends ExtendableEvent {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

const scope = globalThis as unknown as ServiceWorkerScope
const CACHE = 'yuju-demo'
const HOME = new URL('./', scope.location.href).href

/**
 * Keeps the page's files as the build lists them, without those that only some browsers need. They
 * come together or not at all.
 */
async function keepPage(): Promise<void> {
  const cache = await caches.open(CACHE)
  const response = await fetch(`${HOME}page-files.json`, { cache: 'no-cache' })
  const names: readonly string[] = await response.json()
  const wanted = names.map((name) => HOME + name)
  const kept = new Set((await cache.keys()).map(({ url }) => url))
  await cache.addAll([HOME, ...wanted.filter((url) => !kept.has(url))])
  for (const url of kept) {
    if (url !== HOME && !wanted.includes(url)) await cache.delete(url)
  }
}

async function respond(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  // A page may be newer on the server; its other files have names that change with them.
  const fresh =
    request.mode === 'navigate' ? await fetch(request).catch(() => undefined) : undefined
  // Servers say that responses vary with the origin; names that change with what they hold do not.
  const known = request.mode === 'navigate' ? HOME : request
  const response =
    fresh ??
    (await cache.match(known, { ignoreSearch: true, ignoreVary: true })) ??
    (await fetch(request))
  return isolated(response)
}

function isolated(response: Response): Response {
  const headers = new Headers(response.headers)
  headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp')
  const { status, statusText } = response
  return new Response(response.body, { status, statusText, headers })
}

scope.addEventListener('install', (event) => {
  event.waitUntil(keepPage().then(() => scope.skipWaiting()))
})
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()))
scope.addEventListener('fetch', (event) => {
  const { url, method } = event.request
  const isPage = url.startsWith(HOME) && !url.startsWith(`${HOME}models/`)
  if (method !== 'GET' || !isPage) return
  event.respondWith(respond(event.request))
  // A newer page has other files; this program may be the same, and is then not installed again.
  if (event.request.mode === 'navigate') event.waitUntil(keepPage().catch(() => {}))
})
