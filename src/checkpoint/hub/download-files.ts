import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HubError } from '../../errors/index.ts'
import { downloadBlob } from './download-blob.ts'
import { HubCache } from './hub-cache.ts'
import { HubClient } from './hub-client.ts'
import type { HubOptions, HubSettings } from './hub-options.ts'
import { type HubFile, requireSafePath } from './model-files.ts'

/** Files that are downloaded side by side. */
const AT_ONCE = 3

/** Chooses files to download; may read small ones of them first. */
export type ChooseFiles = (
  files: readonly HubFile[],
  readText: (file: HubFile) => Promise<string>,
) => Promise<readonly HubFile[]>

export interface DownloadPlan {
  readonly choose: ChooseFiles
  /** Whether a folder in the cache has what is needed. */
  readonly isWhole: (folder: string) => Promise<boolean>
}

/**
 * Brings chosen files of a model or data set from the hub into the cache; gives their folder.
 * @throws HubError when they are not there, not allowed or do not arrive whole.
 */
export async function downloadFiles(
  settings: HubSettings,
  options: HubOptions,
  { choose, isWhole }: DownloadPlan,
): Promise<string> {
  const cache = new HubCache(settings)
  const findWhole = async () => {
    const folder = await cache.find()
    return folder !== undefined && (await isWhole(folder)) ? folder : undefined
  }
  if (settings.offline) return (await findWhole()) ?? refuseOffline(settings)
  try {
    return await download(settings, { cache, options, choose })
  } catch (error) {
    const cached = isUnreachable(error) ? await findWhole() : undefined
    if (!cached) throw error
    const { endpoint, id } = settings
    options.onWarning?.(`${endpoint} cannot be reached; ${id} is used as the cache has it`)
    return cached
  }
}

function refuseOffline({ id, revision, cacheDir }: HubSettings): never {
  throw new HubError(
    'hub-offline',
    `${id} (${revision}) is not in the cache ${cacheDir}, and offline nothing is downloaded`,
    { facts: { id, revision, cacheDir } },
  )
}

function isUnreachable(error: unknown): boolean {
  return error instanceof HubError && error.code === 'hub-unreachable'
}

async function download(
  settings: HubSettings,
  { cache, options, choose }: { cache: HubCache; options: HubOptions; choose: ChooseFiles },
): Promise<string> {
  const client = new HubClient(settings)
  const { commit, files } = await listFiles(client, settings)
  const bring = downloader(client, { settings, cache, commit })
  const readText = async (file: HubFile) => {
    await bring(file, () => {})
    return readFile(join(cache.snapshot(commit), file.path), 'utf8')
  }
  const needed = await choose(files, readText)
  await inParallel(needed, progressOf(needed, options, bring))
  await cache.writeRef(commit)
  return cache.snapshot(commit)
}

interface Listing {
  readonly commit: string
  readonly files: readonly HubFile[]
}

async function listFiles(client: HubClient, settings: HubSettings): Promise<Listing> {
  const hub = await import('@huggingface/hub')
  const hubAccess = { hubUrl: settings.endpoint, fetch: client.fetch }
  const { kind, id: name, revision } = settings
  const request = { name, revision, ...hubAccess }
  const { sha } =
    kind === 'model'
      ? await hub.modelInfo({ ...request, additionalFields: ['sha'] })
      : await hub.datasetInfo({ ...request, additionalFields: ['sha'] })
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha)) {
    throw new HubError('hub-response', `${settings.endpoint} names no commit for ${settings.id}`)
  }
  const repo = { type: kind, name }
  const files: HubFile[] = []
  for await (const entry of hub.listFiles({ repo, revision: sha, recursive: true, ...hubAccess })) {
    if (entry.type !== 'file') continue
    requireSafePath(entry.path)
    files.push({ path: entry.path, size: checkedSize(entry), hash: checkedHash(entry) })
  }
  return { commit: sha, files }
}

/** How much is taken of it, and no more. */
function checkedSize({ path, size }: { path: string; size: number }): number {
  if (Number.isSafeInteger(size) && size >= 0) return size
  throw new HubError('hub-response', `the hub gives no size for ${path}`, { facts: { path, size } })
}

/** The hash becomes a file name, so it must be one. */
function checkedHash({ path, lfs, oid }: { path: string; lfs?: { oid: string }; oid?: string }) {
  const hash = lfs?.oid ?? oid ?? ''
  if (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash)) return hash
  throw new HubError('hub-response', `the hub gives no hash for ${path}`, { facts: { path, hash } })
}

type Bring = (file: HubFile, report: (bytes: number) => void) => Promise<void>

interface DownloadPlace {
  readonly settings: HubSettings
  readonly cache: HubCache
  readonly commit: string
}

function downloader(client: HubClient, { settings, cache, commit }: DownloadPlace): Bring {
  const { endpoint, kind, id, stallTimeout, signal } = settings
  const root = kind === 'model' ? `${endpoint}/${id}` : `${endpoint}/datasets/${id}`
  return async (file, report) => {
    const path = file.path.split('/').map(encodeURIComponent).join('/')
    const url = `${root}/resolve/${commit}/${path}`
    if (!(await cache.has(file.hash))) {
      const target = cache.blob(file.hash)
      await downloadBlob(client, { file, url, target, stallTimeout, signal, report })
    }
    report(file.size)
    await cache.link(commit, file.path, file.hash)
  }
}

/** `bring`, telling the caller how far the whole download is. */
function progressOf(
  needed: readonly HubFile[],
  { onDownload }: HubOptions,
  bring: Bring,
): (file: HubFile) => Promise<void> {
  const total = needed.reduce((sum, { size }) => sum + size, 0)
  const here = new Map<string, number>()
  return (file) =>
    bring(file, (fileBytes) => {
      here.set(file.path, fileBytes)
      const bytes = [...here.values()].reduce((sum, part) => sum + part, 0)
      onDownload?.({ file: file.path, bytes, total })
    })
}

async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values()
  const worker = async () => {
    for (const item of rest) await work(item)
  }
  const outcomes = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}
