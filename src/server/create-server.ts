import { SentenceEncoder } from '../encoder/index.ts'
import { RequestLimit } from './access/index.ts'
import { createApp } from './create-app.ts'
import { LocalEngine } from './engine/index.ts'
import { ModelRegistry, ServedModel } from './models/index.ts'
import { checkSettings, type ServerSettings } from './settings.ts'

/** A model, and the name that requests call it by. */
export interface ServerModel {
  readonly name: string
  /** An encoder, which stays the caller's to dispose of; or a folder, or owner/name on the hub. */
  readonly model: SentenceEncoder | string
}

export interface ServerOptions extends Partial<ServerSettings> {
  /** At least one; the first is meant where a request names none. */
  readonly models: readonly ServerModel[]
}

/** A server without a port: give `fetch` to whatever has one. */
export interface Server {
  readonly settings: ServerSettings
  /** Answers a request; failures are answers too. */
  readonly fetch: (request: Request, env?: unknown) => Response | Promise<Response>
  /** Turns readiness off and refuses new work; resolves when what was begun is answered. */
  drain(): Promise<void>
  /** Frees the models that the server loaded itself. */
  close(): Promise<void>
}

/**
 * Makes an embeddings server: OpenAI's `/v1/embeddings` and `/v1/models`, and the routes of
 * text-embeddings-inference. `/openapi.json` describes them all.
 * @throws InputError for wrong settings; what `SentenceEncoder.load` throws for a model.
 */
export async function createServer({ models, ...given }: ServerOptions): Promise<Server> {
  const settings = checkSettings(given)
  const limit = new RequestLimit(settings.maxRequests)
  const served = await Promise.all(models.map(serve))
  const registry = new ModelRegistry(served.map(({ model }) => model))
  let isDraining = false
  const state = {
    get isDraining() {
      return isDraining
    },
    isReady: () => true,
  }
  const startedAt = Math.floor(Date.now() / 1000)
  const app = createApp({ models: registry, settings, startedAt, state }, limit)
  return {
    settings,
    fetch: app.fetch as Server['fetch'],
    async drain() {
      isDraining = true
      await limit.idle()
    },
    async close() {
      await Promise.all(served.map(({ dispose }) => dispose()))
    },
  }
}

async function serve({ name, model }: ServerModel) {
  const isOurs = typeof model === 'string'
  const encoder = isOurs ? await SentenceEncoder.load(model) : model
  return {
    model: new ServedModel(name, new LocalEngine(encoder)),
    dispose: () => (isOurs ? encoder.dispose() : Promise.resolve()),
  }
}
