import { type Checkpoint, checkpointHash } from '../checkpoint/index.ts'
import { loadSource } from '../encoder/index.ts'
import { InputError } from '../errors/index.ts'
import { packageVersion } from '../files/index.ts'
import { snakeCase } from '../options/index.ts'
import { runtimeVersion } from '../runtime/index.ts'
import { OPTIMIZER_DEFAULTS, SCHEDULE_DEFAULTS } from './optimizer-settings.ts'
import type { ModelAverage, TrainOptions } from './train-options.ts'

/** All that a run depends on, as plain data: to repeat it, and to resume no other by mistake. */
export interface RunRecord {
  readonly versions: Readonly<Record<string, string>>
  /** SHA-256 of the model before training. */
  readonly model: string
  readonly data: readonly {
    readonly name: string
    readonly examples: number
    readonly sha256: string | undefined
  }[]
  readonly settings: Readonly<Record<string, unknown>>
  /** What the caller adds, such as a recipe. */
  readonly record: Readonly<Record<string, unknown>>
}

/** Which way batches are made; other ones than those a run began with would end in another model. */
const BATCHING = 2

export async function runRecord(
  options: TrainOptions,
  checkpoint: Checkpoint,
  steps: number,
): Promise<RunRecord> {
  const { sources, seed = 0, accumulate = 1, record = {} } = options
  const { optimizer, schedule, dropout, freeze, prompt, maxLength, average } = options
  return {
    versions: { yuju: packageVersion(), onnxruntime: runtimeVersion() },
    model: await checkpointHash(checkpoint),
    data: sources.map(({ dataset: { name, length, hash } }) => ({
      name,
      examples: length,
      sha256: hash,
    })),
    settings: snakeCased({
      seed,
      steps,
      accumulate,
      optimizer: { ...OPTIMIZER_DEFAULTS, ...optimizer },
      schedule: { ...SCHEDULE_DEFAULTS, ...schedule },
      ...{ dropout, freeze, prompt, maxLength },
      ...(average ? { average: await averageRecord(average, options) } : {}),
      batching: BATCHING,
      sources: sources.map((source) => {
        const { loss, batchSize, budget, weight, duplicates, mixLabels, cachedTexts } = source
        return {
          loss: loss.name,
          ...{ batchSize, budget, weight, duplicates, mixLabels, cachedTexts },
        }
      }),
    }) as RunRecord['settings'],
    record,
  }
}

/** The share, and the SHA-256 of the other model; none where it is the model before training. */
async function averageRecord({ model, share }: ModelAverage, { load = {} }: TrainOptions) {
  if (model === undefined) return { share }
  const other = typeof model === 'string' ? await loadSource(model, load) : model
  return { share, model: await checkpointHash(other) }
}

/** Names as they are written in recipes. */
function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased)
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([key, field]) => {
    return [snakeCase(key), snakeCased(field)]
  })
  return Object.fromEntries(entries)
}

/**
 * Versions may differ, as a newer one may mend what stopped the run.
 * @throws InputError naming what differs.
 */
export function requireSameRun(saved: RunRecord, now: RunRecord, folder: string): void {
  if (saved.settings.batching !== now.settings.batching) throw otherBatching(saved, folder)
  const current = JSON.parse(JSON.stringify(now)) as RunRecord
  const parts = ['model', 'data', 'settings'] as const
  const different = parts.flatMap((part) => differences(saved[part], current[part], part))
  if (different.length === 0) return
  throw new InputError(
    'train-resume-other',
    `the run in ${folder} was another: ${different.join('; ')}; resume it as it was, or remove it`,
    { facts: { folder, different } },
  )
}

function otherBatching({ versions }: RunRecord, folder: string): InputError {
  return new InputError(
    'train-resume-batching',
    `the run in ${folder} was begun by a yuju (${versions.yuju}) that makes other batches than this ` +
      'one; resume it with that one, or remove the folder and begin again',
    { facts: { folder, version: versions.yuju } },
  )
}

function differences(saved: unknown, now: unknown, path: string): string[] {
  const [before, after] = [JSON.stringify(saved), JSON.stringify(now)]
  if (before === after) return []
  if (!isObject(saved) || !isObject(now)) return [`${path} was ${before} and is ${after}`]
  const keys = new Set([...Object.keys(saved), ...Object.keys(now)])
  return [...keys].flatMap((key) => differences(saved[key], now[key], `${path}.${key}`))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
