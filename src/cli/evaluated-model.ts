import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ParsedArgs } from 'citty'
import type { Checkpoint } from '../checkpoint/index.ts'
import type { EncodeOptions, SentenceEncoder, TextRole } from '../encoder/index.ts'
import type {
  Encode,
  ModelResults,
  RetrievalEncode,
  RetrievalSet,
  Task,
  VectorCache,
} from '../evaluate/index.ts'
import { given } from '../options/index.ts'
import type { Precision } from '../precision/index.ts'
import { COLUMNS_FLAG, pairColumns } from './columns.ts'
import type { RUN_FLAGS } from './flags.ts'
import { encoderOf, readCheckpoint } from './model.ts'
import { startProgress } from './progress-display.ts'
import type { Shell } from './shell.ts'

/** Where vectors of evaluated texts are kept. */
export const VECTOR_CACHE_FLAG = {
  'vector-cache': {
    type: 'string',
    valueHint: 'folder',
    description: 'Where vectors are kept for next time (default: ~/.cache/yuju/vectors)',
  },
} as const

/** Which tasks of a folder, and which retrieval sets. */
export const TASK_FLAGS = {
  tasks: {
    type: 'string',
    valueHint: 'a,b',
    description: 'Which tasks (default: all seven)',
  },
  ...COLUMNS_FLAG,
  retrieval: {
    type: 'string',
    valueHint: 'folder',
    description: 'A retrieval set to search too: queries, corpus, relevance; may be given again',
  },
} as const

/** The tasks that the flags name, and their columns. */
export function taskOptions({ tasks, columns }: ParsedArgs<typeof TASK_FLAGS>) {
  const names = tasks?.split(',').map((name) => name.trim())
  return given({ names, columns: pairColumns(columns) })
}

/** What stands before the texts of a search. */
export const ROLE_PROMPT_FLAGS = {
  'query-prompt': {
    type: 'string',
    valueHint: 'text',
    description: "Put this before every query of a search (default: the model's own prompt for it)",
  },
  'corpus-prompt': {
    type: 'string',
    valueHint: 'text',
    description: "Put this before every document (default: the model's own prompt for it)",
  },
} as const

type CacheArgs = ParsedArgs<typeof VECTOR_CACHE_FLAG & typeof RUN_FLAGS>

type TextOptions = Pick<EncodeOptions, 'prompt' | 'promptName' | 'maxLength'>

/** A model to be evaluated, and how its texts are encoded. */
export interface EvaluatedModel {
  readonly model: string
  /** What reports call it. */
  readonly name: string
  readonly options: TextOptions
  /** Put before queries and before documents. Default: the model's own prompts for these. */
  readonly prompts?: Partial<Readonly<Record<TextRole, string | undefined>>>
  /** Default: as the folder says. */
  readonly precision?: Precision | undefined
}

/** What models are evaluated on. */
export interface EvaluationData {
  readonly tasks: readonly Task[]
  readonly retrieval: readonly RetrievalSet[]
}

/** Evaluates a model; it is made ready to run only if the vector cache lacks a text. */
export async function evaluateModel(
  { model, name, options, prompts = {}, precision }: EvaluatedModel,
  { tasks, retrieval }: EvaluationData,
  { args, shell }: { readonly args: CacheArgs; readonly shell: Shell },
): Promise<ModelResults> {
  const { evaluateRetrievalSets, evaluateTasks } = await import('../evaluate/index.ts')
  const { roleOptions } = await import('../encoder/index.ts')
  const checkpoint = await readCheckpoint(model, args, shell)
  const progress = await startProgress(shell, 'texts')
  const vectors = new CachedVectors(checkpoint, precision, { args, shell })
  const encode = (settings: TextOptions) => vectors.encode(settings, progress.update.bind(progress))
  const inRole = (role: TextRole) => {
    const { maxLength } = options
    const own = given({ prompt: prompts[role], maxLength })
    return encode(roleOptions(role, own, checkpoint.prompts))
  }
  try {
    const roles: RetrievalEncode = { query: inRole('query'), corpus: inRole('document') }
    const { similarity } = checkpoint
    return {
      model: name,
      ...given({ prompt: options.prompt }),
      results: tasks.length > 0 ? await evaluateTasks(encode(options), tasks) : [],
      retrieval: await evaluateRetrievalSets(roles, retrieval, { similarity }),
    }
  } finally {
    progress.stop()
    await vectors.dispose()
  }
}

/** A model's vectors from the cache; what is missing there is encoded. */
class CachedVectors {
  readonly #checkpoint: Checkpoint
  readonly #precision: Precision | undefined
  readonly #run: { readonly args: CacheArgs; readonly shell: Shell }
  /** By how texts are encoded. */
  readonly #caches = new Map<string, Promise<VectorCache>>()
  #hash: Promise<string> | undefined
  #encoder: SentenceEncoder | undefined

  constructor(
    checkpoint: Checkpoint,
    precision: Precision | undefined,
    run: { readonly args: CacheArgs; readonly shell: Shell },
  ) {
    this.#checkpoint = checkpoint
    this.#precision = precision
    this.#run = run
  }

  encode(
    options: TextOptions,
    onProgress: (progress: { readonly done: number; readonly total: number }) => void,
  ): Encode {
    return async (texts) => {
      const { cachedEncode } = await import('../evaluate/index.ts')
      const cache = await this.#cache(options)
      return cachedEncode((missing) => this.#encode(missing, options), cache, { onProgress })(texts)
    }
  }

  #cache(options: TextOptions): Promise<VectorCache> {
    const key = JSON.stringify(options)
    const cache = this.#caches.get(key) ?? this.#open(options)
    this.#caches.set(key, cache)
    return cache
  }

  async #open(options: TextOptions): Promise<VectorCache> {
    const { VectorCache } = await import('../evaluate/index.ts')
    const { checkpointHash } = await import('../checkpoint/index.ts')
    this.#hash ??= checkpointHash(this.#checkpoint)
    const precision = await precisionOf(this.#checkpoint, this.#precision)
    return VectorCache.open(cacheFolder(await this.#hash, { ...options, precision }, this.#run))
  }

  async dispose(): Promise<void> {
    await this.#encoder?.dispose()
  }

  async #encode(texts: readonly string[], options: TextOptions) {
    const { args, shell } = this.#run
    this.#encoder ??= await encoderOf(this.#checkpoint, args, shell, this.#precision)
    return this.#encoder.encode(texts, { ...options, signal: shell.signal })
  }
}

async function precisionOf(
  { folder }: Checkpoint,
  precision: Precision | undefined,
): Promise<Precision> {
  if (precision !== undefined) return precision
  const { diskFolder } = await import('../checkpoint/index.ts')
  const { choosePrecision, readActivationRanges } = await import('../precision/index.ts')
  return choosePrecision(precision, await readActivationRanges(diskFolder(folder)))
}

/** One folder for each model and way of encoding: whatever changes vectors changes its name. */
function cacheFolder(
  hash: string,
  options: TextOptions & { readonly precision: Precision },
  { args, shell: { env } }: { readonly args: CacheArgs; readonly shell: Shell },
): string {
  const root =
    args['vector-cache'] ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'yuju', 'vectors')
  const { prompt, promptName, maxLength, precision } = options
  const parts = [hash, prompt, promptName, maxLength]
  const key = JSON.stringify(precision === 'float32' ? parts : [...parts, precision])
  return join(root, createHash('sha256').update(key).digest('hex'))
}
