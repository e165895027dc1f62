import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { HubError } from '../../errors/index.ts'
import type { HubClient } from './hub-client.ts'
import { LeastRate } from './least-rate.ts'
import type { HubFile } from './model-files.ts'

export interface BlobTask {
  readonly file: HubFile
  readonly url: string
  /** Where the blob belongs. */
  readonly target: string
  readonly stallTimeout: number
  readonly signal: AbortSignal | undefined
  /** Called with how many bytes of the file are here. */
  readonly report: (bytes: number) => void
}

/** Tries in a row that bring next to nothing before a download is given up. */
const MOST_IDLE_TRIES = 4
const NEXT_TO_NOTHING = 16_384

/**
 * Downloads one file into the cache, going on where an earlier try stopped. What arrived
 * so far is kept as `HASH.incomplete`; the blob appears only when its hash is right.
 * @throws HubError when the connection keeps failing or the content is wrong.
 */
export async function downloadBlob(client: HubClient, task: BlobTask): Promise<void> {
  await mkdir(dirname(task.target), { recursive: true })
  const partial = await claimPartial(task)
  try {
    await fetchRest(client, partial, task)
  } catch (error) {
    // Kept for the next try, by whichever program makes it.
    await rename(partial, `${task.target}.incomplete`).catch(() => undefined)
    throw error
  }
  await requireHash(partial, task)
  await rename(partial, task.target)
}

/**
 * A partial file that is this download's alone. One left behind is taken over by renaming it, which
 * succeeds for one program only; one with a name of its own is another program's, unless nothing
 * was written to it for longer than any download waits.
 */
async function claimPartial({ target, stallTimeout }: BlobTask): Promise<string> {
  const own = `${target}.${crypto.randomUUID()}.incomplete`
  const names = await readdir(dirname(target))
  const partials = names.filter(
    (name) => name.startsWith(`${basename(target)}.`) && name.endsWith('.incomplete'),
  )
  for (const name of partials) {
    const path = join(dirname(target), name)
    const found = await stat(path).catch(() => undefined)
    const released = name === `${basename(target)}.incomplete`
    if (!found || !(released || Date.now() - found.mtimeMs > 2 * stallTimeout)) continue
    if (
      await rename(path, own).then(
        () => true,
        () => false,
      )
    )
      return own
  }
  return own
}

async function fetchRest(client: HubClient, partial: string, task: BlobTask): Promise<void> {
  const { size, path } = task.file
  const rate = new LeastRate(task.stallTimeout, () => client.paused)
  for (let idle = 0; ; ) {
    const before = await sizeOf(partial, size)
    if (before === size && (size > 0 || idle > 0)) return
    const problem = await fetchOnce(client, { partial, from: before, task, rate })
    const after = await sizeOf(partial, size)
    if (after === size && !problem) return
    idle = after - before > NEXT_TO_NOTHING ? 0 : idle + 1
    task.signal?.throwIfAborted()
    if (idle < MOST_IDLE_TRIES) continue
    throw new HubError(
      'hub-download-incomplete',
      `${path} stopped at ${after} of ${size} bytes and brings no more ` +
        `(${problem?.message ?? 'the connection closed'}); try again, what arrived is kept`,
      { facts: { path, bytes: after, size }, cause: problem },
    )
  }
}

/** Bytes of a partial file; one that is longer than the whole can only be wrong and is dropped. */
async function sizeOf(partial: string, whole: number): Promise<number> {
  const size = await stat(partial).then(
    (found) => found.size,
    () => 0,
  )
  if (size <= whole) return size
  await rm(partial, { force: true })
  return 0
}

interface Transfer {
  readonly partial: string
  readonly from: number
  readonly task: BlobTask
  readonly rate: LeastRate
}

/** One connection; gives the problem that ended it early, if one did. */
async function fetchOnce(
  client: HubClient,
  { partial, from, task, rate }: Transfer,
): Promise<Error | undefined> {
  const connection = new AbortController()
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  if (from > 0) headers.range = `bytes=${from}-`
  const response = await client.request(task.url, { headers, signal: connection.signal })
  const start = startOf(response, from)
  const file = await open(partial, start > 0 ? 'r+' : 'w')
  let offset = start
  try {
    for await (const chunk of chunksOf(response, task, connection)) {
      if (offset + chunk.length > task.file.size) throw tooLong(task)
      await file.write(chunk, 0, chunk.length, offset)
      offset += chunk.length
      task.report(offset)
      rate.add(task.file.path, chunk.length)
    }
    rate.add(task.file.path, 0)
    return undefined
  } catch (error) {
    task.signal?.throwIfAborted()
    if (error instanceof HubError) throw error
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    connection.abort()
    await file.close()
  }
}

function tooLong({ file: { path, size } }: BlobTask): HubError {
  return new HubError(
    'hub-file-too-long',
    `${path} has ${size} bytes, as the hub says, but more of them come; it was stopped there`,
    { facts: { path, size } },
  )
}

/** A server may ignore the range and send everything: then the file begins anew. */
function startOf(response: Response, requested: number): number {
  if (response.status !== 206) return 0
  const [, start] = response.headers.get('content-range')?.match(/^bytes (\d+)-/) ?? []
  return Number(start) === requested ? requested : 0
}

/** The body's chunks; a pause longer than allowed, or an abort, ends it with an error. */
async function* chunksOf(
  response: Response,
  { stallTimeout, signal }: BlobTask,
  connection: AbortController,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  if (!reader) return
  const stop = () => connection.abort(signal?.reason)
  signal?.addEventListener('abort', stop)
  try {
    for (;;) {
      const timer = setTimeout(
        () => connection.abort(new Error(`nothing came for ${stallTimeout} ms`)),
        stallTimeout,
      )
      const { value, done } = await reader.read().finally(() => clearTimeout(timer))
      if (done) return
      yield value
    }
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

async function requireHash(partial: string, { file }: BlobTask): Promise<void> {
  const found = await hashOf(partial, file)
  if (found === file.hash) return
  await rm(partial, { force: true })
  throw new HubError(
    'hub-checksum',
    `${file.path} arrived with the hash ${found}, but the hub says ${file.hash}; it was dropped`,
    { facts: { path: file.path, expected: file.hash, found } },
  )
}

/** SHA-256 for large files; for the others git's hash of a blob: SHA-1 of `blob SIZE\0` and content. */
async function hashOf(path: string, { size, hash }: HubFile): Promise<string> {
  const digest = createHash(hash.length === 64 ? 'sha256' : 'sha1')
  if (hash.length !== 64) digest.update(`blob ${size}\0`)
  for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer)
  return digest.digest('hex')
}
