import { setTimeout as pause } from 'node:timers/promises'
import { RequestLimit, ResponseMemory } from './access/index.ts'
import type { ServerEvent } from './app.ts'
import { ResultCache } from './batching/index.ts'
import { createApp } from './create-app.ts'
import { IndexRegistry, type ServerIndex } from './indexes/index.ts'
import { loadModel, type ModelParts, type ServerModel } from './load-model.ts'
import { ModelRegistry } from './models/index.ts'
import { ServerMetrics } from './server-metrics.ts'
import { checkSettings, type ServerSettings, serverSettings } from './settings/index.ts'

/** What a server serves, and its settings. */
export interface ServerOptions extends Partial<ServerSettings> {
  /** At least one; the first is meant where a request names none. */
  readonly models: readonly ServerModel[]
  /** What `/search` searches. Default: nothing, and there is no such route. */
  readonly indexes?: readonly ServerIndex[]
  /** Is called with requests and troubles. Default: nothing is. */
  readonly onEvent?: (event: ServerEvent) => void
}

/** A server without a port: give `fetch` to whatever has one, or the whole to `listen`. */
export interface Server {
  readonly settings: ServerSettings
  /** The response to a request; failures are responses too. */
  readonly fetch: (request: Request, env?: unknown) => Response | Promise<Response>
  /**
   * Turns readiness off; after `delay` seconds, in which those who ask for it hear of that, refuses
   * what is new. Resolves when everything else is answered.
   */
  drain(options?: { readonly delay?: number }): Promise<void>
  /** Frees the models that the server loaded itself, and closes the stores it opened. */
  close(): Promise<void>
}

/**
 * Makes an embeddings server: OpenAI's `/v1/embeddings` and `/v1/models`, and the routes of
 * text-embeddings-inference, and `/search` over indexes. `/openapi.json` describes them all.
 * @throws InputError for wrong settings; what `SentenceEncoder.load` throws for a model, and
 *   `openStore` for an index.
 * @example
 * ```ts
 * import { createServer, listen } from 'yuju/server'
 *
 * const server = await createServer({ models: [{ name: 'mine', model: 'my-model' }] })
 * const { url, stop } = await listen(server, { port: 0, drainDelay: 0 })
 * console.log(`${url}/v1/embeddings takes requests, until the server is stopped`)
 * await stop()
 * ```
 */
export async function createServer({
  models,
  indexes: searched = [],
  onEvent = () => {},
  ...given
}: ServerOptions): Promise<Server> {
  const settings = checkSettings(serverSettings, given)
  const metrics = new ServerMetrics()
  const cache = new ResultCache(settings.cacheSize)
  const loaded = await loadAll(models, { settings, metrics, cache, onEvent })
  const freeModels = () => Promise.all(loaded.map(({ dispose }) => dispose()))
  const registry = new ModelRegistry(loaded.map(({ model }) => model))
  const opened = IndexRegistry.open(searched, registry, settings)
  const indexes = await opened.catch(async (error: unknown) => {
    await freeModels()
    throw error
  })
  const limit = new RequestLimit(settings.maxRequests)
  const memory = new ResponseMemory(settings.responseMemory)
  watch(metrics, { limit, memory, cache, loaded })
  const state = { isWanted: true, isClosed: false }
  const startedAt = Math.floor(Date.now() / 1000)
  const service = {
    models: registry,
    indexes,
    settings,
    memory,
    metrics,
    onEvent,
    startedAt,
    state,
  }
  const app = createApp(service, limit)
  return {
    settings,
    fetch: app.fetch as Server['fetch'],
    async drain({ delay = 0 } = {}) {
      state.isWanted = false
      await pause(delay * 1000)
      state.isClosed = true
      await limit.idle()
    },
    async close() {
      await Promise.all([freeModels(), indexes.close()])
    },
  }
}

/** All models, or none: where one fails, those that were loaded are freed. */
async function loadAll(
  models: readonly ServerModel[],
  parts: ModelParts,
): Promise<Awaited<ReturnType<typeof loadModel>>[]> {
  const results = await Promise.allSettled(models.map((model) => loadModel(model, parts)))
  const failed = results.find(({ status }) => status === 'rejected')
  const loaded = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
  if (failed?.status !== 'rejected') return loaded
  await Promise.all(loaded.map(({ dispose }) => dispose()))
  throw failed.reason
}

interface Watched {
  readonly limit: RequestLimit
  readonly memory: ResponseMemory
  readonly cache: ResultCache
  readonly loaded: readonly Awaited<ReturnType<typeof loadModel>>[]
}

function watch(metrics: ServerMetrics, { limit, memory, cache, loaded }: Watched): void {
  metrics.watch('open_requests', 'Requests that are being answered', () => limit.open)
  metrics.watch('response_bytes', 'Bytes of large responses, as estimated', () => memory.held)
  metrics.watch('cache_entries', 'Embeddings in the cache', () => cache.size)
  metrics.watchModels('queue_length', 'Texts that wait', () => {
    return loaded.map(({ model, batcher }) => [model.name, batcher.waiting] as const)
  })
}
