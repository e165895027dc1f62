import type { ServerEvent } from './app.ts'
import { Batcher, type ResultCache, SharedEncoder } from './batching/index.ts'
import {
  type Engine,
  type EngineLoadOptions,
  EnginePool,
  LocalEngine,
  type LocalModel,
  ProcessEngine,
} from './engine/index.ts'
import { ServedModel, worksOf } from './models/index.ts'
import type { ServerMetrics } from './server-metrics.ts'
import { type ServerSettings, workersOf } from './settings/index.ts'

/** A model, and the name that requests call it by. */
export interface ServerModel {
  readonly name: string
  /**
   * A folder, or owner/name on the hub, for workers of the server's own; or an encoder or reranker, which
   * stays the caller's to dispose of, and which runs on the caller's thread.
   */
  readonly model: string | LocalModel
  /** How it is loaded; for one that is loaded already without meaning. */
  readonly load?: EngineLoadOptions
}

/** What the models of a server share. */
export interface ModelParts {
  readonly settings: ServerSettings
  readonly metrics: ServerMetrics
  readonly cache: ResultCache
  readonly onEvent: (event: ServerEvent) => void
}

export interface RunningModel {
  readonly model: ServedModel
  readonly batcher: Batcher
  dispose(): Promise<void>
}

/**
 * Wires what runs one model: engine, batches, cache.
 * @throws what `SentenceEncoder.load` throws.
 */
export async function loadModel(served: ServerModel, parts: ModelParts): Promise<RunningModel> {
  const { name, model } = served
  const { settings, metrics, cache } = parts
  const isTheirs = typeof model !== 'string'
  const engine = isTheirs ? new LocalEngine(model) : await startPool(served, model, parts)
  const batcher = new Batcher(engine.capacity, settings, (batch) => metrics.batch(name, batch))
  const works = worksOf(engine, (result) => metrics.encoded(name, result))
  const encoding = new SharedEncoder({
    model: name,
    batcher,
    work: works.encode,
    cache,
    record: (sources) => metrics.sources(name, sources),
  })
  return {
    model: new ServedModel(name, { engine, batcher, works, encoding }),
    batcher,
    dispose: () => (isTheirs ? Promise.resolve() : engine.dispose()),
  }
}

function startPool(
  { name, load = {} }: ServerModel,
  model: string,
  { settings, metrics, onEvent }: ModelParts,
): Promise<Engine> {
  const { workers, threads } = workersOf(settings)
  const warned = new Set<string>()
  const onWarning = (message: string) => {
    // Every worker loads the model, and so does each that takes the place of another.
    if (!warned.has(message)) onEvent({ kind: 'warning', model: name, message })
    warned.add(message)
  }
  const { jobTimeout } = settings
  return EnginePool.start({
    workers,
    start: () =>
      ProcessEngine.start({ model, options: { threads, ...load } }, { jobTimeout, onWarning }),
    onTrouble(error) {
      metrics.crash(name)
      onEvent({ kind: 'trouble', model: name, error })
    },
  })
}
