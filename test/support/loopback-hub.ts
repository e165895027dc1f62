import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request as the hub saw it. */
export interface SeenRequest {
  readonly path: string
  readonly range: string | undefined
  readonly authorization: string | undefined
}

/** What may go wrong with one request; the answer is up to the function. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => void

export interface LoopbackHub {
  readonly endpoint: string
  readonly seen: SeenRequest[]
  readonly commit: string
  /** Answers the next requests whose path contains `path`, one function each. */
  break(path: string, ...faults: readonly Fault[]): void
  close(): Promise<void>
}

export interface HubContent {
  /** Default `model`. */
  readonly kind?: 'model' | 'dataset'
  /** `owner/name` */
  readonly id: string
  /** Default: one made of the id. */
  readonly commit?: string
  readonly files: Readonly<Record<string, Buffer>>
  /** Files listed as large ones, by the SHA-256 of their content. */
  readonly large?: readonly string[]
  /** Put before every path, as a mirror may. */
  readonly prefix?: string
  /** Changes what the file listing says. */
  readonly relist?: (entries: object[]) => object[]
}

/** The part of the Hugging Face hub's interface that downloads need, on 127.0.0.1. */
export async function startHub(content: HubContent): Promise<LoopbackHub> {
  const seen: SeenRequest[] = []
  const faults: { readonly path: string; readonly fault: Fault }[] = []
  const commit = content.commit ?? sha1(Buffer.from(content.id))
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    const { range, authorization } = request.headers
    seen.push({ path, range, authorization })
    const broken = faults.findIndex((entry) => path.includes(entry.path))
    const [entry] = broken === -1 ? [] : faults.splice(broken, 1)
    if (entry) entry.fault(request, response)
    else answer(content, commit, { path, range }, response)
  })
  const endpoint = `${await listen(server)}${content.prefix ?? ''}`
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  onTestFinished(close)
  return {
    endpoint,
    seen,
    commit,
    break: (path, ...list) => faults.push(...list.map((fault) => ({ path, fault }))),
    close,
  }
}

export async function listen(server: Server, host = '127.0.0.1'): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return `http://${host}:${(server.address() as AddressInfo).port}`
}

interface Asked {
  readonly path: string
  readonly range: string | undefined
}

function answer(
  content: HubContent,
  commit: string,
  { path, range }: Asked,
  response: ServerResponse,
): void {
  const { kind = 'model', id, files, large = [], prefix = '' } = content
  const { relist = (entries) => entries } = content
  const [place = ''] = path.slice(prefix.length).split('?')
  const revisions = `/api/${kind}s/${id}/revision/`
  const root = `${kind === 'model' ? '' : '/datasets'}/${id}/resolve/${commit}/`
  const bytes = place.startsWith(root) ? files[place.slice(root.length)] : undefined
  if (place.startsWith(revisions)) {
    const known = ['main', commit].includes(place.slice(revisions.length))
    if (known) json(response, { _id: '1', id, sha: commit })
    else refuse(response, 'RevisionNotFound')
  } else if (place === `/api/${kind}s/${id}/tree/${commit}`) {
    const entries = Object.entries(files).map(([name, file]) => listed(name, file, large))
    json(response, relist(entries))
  } else if (bytes) {
    sendBytes(response, bytes, range)
  } else {
    refuse(response, place.startsWith(root) ? 'EntryNotFound' : 'RepoNotFound')
  }
}

function listed(path: string, bytes: Buffer, large: readonly string[]): object {
  const size = bytes.length
  const oid = sha1(Buffer.concat([Buffer.from(`blob ${size}\0`), bytes]))
  if (!large.includes(path)) return { type: 'file', path, size, oid }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { type: 'file', path, size, oid, lfs: { oid: sha256, size, pointerSize: 130 } }
}

export function sendBytes(
  response: ServerResponse,
  bytes: Buffer,
  range: string | undefined,
): void {
  const [, first] = range?.match(/^bytes=(\d+)-$/) ?? []
  if (first === undefined) {
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
    return
  }
  const rest = bytes.subarray(Number(first))
  response
    .writeHead(206, {
      'content-length': rest.length,
      'content-range': `bytes ${first}-${bytes.length - 1}/${bytes.length}`,
    })
    .end(rest)
}

function refuse(response: ServerResponse, code: string): void {
  response.writeHead(404, { 'x-error-code': code }).end()
}

function json(response: ServerResponse, content: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(content))
}

function sha1(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex')
}
