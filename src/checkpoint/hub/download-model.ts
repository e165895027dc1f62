import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HubError } from '../../errors/index.ts'
import { downloadBlob } from './download-blob.ts'
import { HubClient } from './hub-client.ts'
import { type Environment, type HubOptions, type HubSettings, hubSettings } from './hub-options.ts'
import { ModelCache } from './model-cache.ts'
import { type HubFile, moduleFolders, neededFiles, requireSafePath } from './model-files.ts'

/** Files that are downloaded side by side. */
const AT_ONCE = 3

/**
 * Brings a model from the hub into the cache, the files yuju needs and no others; gives its folder.
 * @param environment where the settings of Hugging Face's tools are looked up (HF_HOME, HF_TOKEN …)
 * @throws HubError when it is not there, not allowed or does not arrive whole.
 */
export async function downloadModel(
  id: string,
  options: HubOptions,
  environment: Environment,
): Promise<string> {
  const settings = hubSettings(id, options, environment)
  const cache = new ModelCache(settings)
  if (settings.offline) return (await cache.find()) ?? refuseOffline(settings)
  try {
    return await download(settings, cache, options)
  } catch (error) {
    const cached = isUnreachable(error) ? await cache.find() : undefined
    if (!cached) throw error
    options.onWarning?.(`${settings.endpoint} cannot be reached; ${id} is used as the cache has it`)
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
  cache: ModelCache,
  options: HubOptions,
): Promise<string> {
  const client = new HubClient(settings)
  const { commit, files } = await listModel(client, settings)
  const bring = downloader(client, { settings, cache, commit })
  const modules = files.find(({ path }) => path === 'modules.json')
  if (modules) await bring(modules, () => {})
  const text = modules
    ? await readFile(join(cache.snapshot(commit), 'modules.json'), 'utf8')
    : undefined
  const needed = neededFiles(files, moduleFolders(text))
  await inParallel(needed, progressOf(needed, options, bring))
  await cache.writeRef(commit)
  return cache.snapshot(commit)
}

interface ModelListing {
  readonly commit: string
  readonly files: readonly HubFile[]
}

async function listModel(client: HubClient, settings: HubSettings): Promise<ModelListing> {
  const { listFiles, modelInfo } = await import('@huggingface/hub')
  const place = { hubUrl: settings.endpoint, fetch: client.fetch }
  const { sha } = await modelInfo({
    name: settings.id,
    revision: settings.revision,
    additionalFields: ['sha'],
    ...place,
  })
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha)) {
    throw new HubError('hub-answer', `${settings.endpoint} names no commit for ${settings.id}`)
  }
  const repo = { type: 'model', name: settings.id } as const
  const files: HubFile[] = []
  for await (const entry of listFiles({ repo, revision: sha, recursive: true, ...place })) {
    if (entry.type !== 'file') continue
    requireSafePath(entry.path)
    files.push({ path: entry.path, size: entry.size, hash: checkedHash(entry) })
  }
  return { commit: sha, files }
}

/** The hash becomes a file name, so it must be one. */
function checkedHash({ path, lfs, oid }: { path: string; lfs?: { oid: string }; oid?: string }) {
  const hash = lfs?.oid ?? oid ?? ''
  if (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash)) return hash
  throw new HubError('hub-answer', `the hub gives no hash for ${path}`, { facts: { path, hash } })
}

type Bring = (file: HubFile, report: (bytes: number) => void) => Promise<void>

interface DownloadPlace {
  readonly settings: HubSettings
  readonly cache: ModelCache
  readonly commit: string
}

function downloader(client: HubClient, { settings, cache, commit }: DownloadPlace): Bring {
  const { endpoint, id, stallTimeout, signal } = settings
  return async (file, report) => {
    const url = `${endpoint}/${id}/resolve/${commit}/${file.path.split('/').map(encodeURIComponent).join('/')}`
    if (!(await cache.has(file.hash))) {
      const target = cache.blob(file.hash)
      await downloadBlob(client, { file, url, target, stallTimeout, signal, report })
    }
    report(file.size)
    await cache.link(commit, file.path, file.hash)
  }
}

/** `bring`, telling the caller how far the whole model is. */
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
