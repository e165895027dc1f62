import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ParsedArgs } from 'citty'
import type { Checkpoint } from '../checkpoint/index.ts'
import type { EncodeOptions, SentenceEncoder } from '../encoder/index.ts'
import type { ModelResults, Task } from '../evaluate/index.ts'
import type { Precision } from '../precision/index.ts'
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

type CacheArgs = ParsedArgs<typeof VECTOR_CACHE_FLAG & typeof RUN_FLAGS>

/** A model to be evaluated, and how its texts are encoded. */
export interface EvaluatedModel {
  readonly model: string
  /** What reports call it. */
  readonly name: string
  readonly options: Pick<EncodeOptions, 'prompt' | 'promptName' | 'maxLength'>
  /** Default: as the folder says. */
  readonly precision?: Precision | undefined
}

/** Evaluates a model; it is made ready to run only if the vector cache lacks a text. */
export async function evaluateModel(
  { model, name, options, precision }: EvaluatedModel,
  tasks: readonly Task[],
  { args, shell }: { readonly args: CacheArgs; readonly shell: Shell },
): Promise<ModelResults> {
  const { cachedEncode, evaluateTasks, VectorCache } = await import('../evaluate/index.ts')
  const checkpoint = await readCheckpoint(model, args, shell)
  const key = { ...options, precision: await precisionOf(checkpoint, precision) }
  const cache = await VectorCache.open(await cacheFolder(checkpoint, key, { args, shell }))
  const progress = await startProgress(shell, 'texts')
  let encoder: SentenceEncoder | undefined
  const encode = async (texts: readonly string[]) => {
    encoder ??= await encoderOf(checkpoint, args, shell, precision)
    return encoder.encode(texts, { ...options, signal: shell.signal })
  }
  const onProgress = progress.update.bind(progress)
  try {
    const results = await evaluateTasks(cachedEncode(encode, cache, { onProgress }), tasks)
    const { prompt } = options
    return { model: name, ...(prompt === undefined ? {} : { prompt }), results }
  } finally {
    progress.stop()
    await encoder?.dispose()
  }
}

async function precisionOf(
  { folder }: Checkpoint,
  precision: Precision | undefined,
): Promise<Precision> {
  if (precision !== undefined) return precision
  const { diskFolder } = await import('../checkpoint/index.ts')
  const { choosePrecision, readRanges } = await import('../precision/index.ts')
  return choosePrecision(precision, await readRanges(diskFolder(folder)))
}

/** One folder for each model and way of encoding: whatever changes vectors changes its name. */
async function cacheFolder(
  checkpoint: Checkpoint,
  options: EvaluatedModel['options'] & { readonly precision: Precision },
  { args, shell: { env } }: { readonly args: CacheArgs; readonly shell: Shell },
): Promise<string> {
  const { checkpointHash } = await import('../checkpoint/index.ts')
  const root =
    args['vector-cache'] ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'yuju', 'vectors')
  const { prompt, promptName, maxLength, precision } = options
  const parts = [await checkpointHash(checkpoint), prompt, promptName, maxLength]
  const key = JSON.stringify(precision === 'float32' ? parts : [...parts, precision])
  return join(root, createHash('sha256').update(key).digest('hex'))
}
