import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Checkpoint, checkpointHash } from '../checkpoint/index.ts'
import type { EncodeOptions } from '../encoder/index.ts'
import { InputError } from '../errors/index.ts'
import type { Column, TextFormat, VectorFormat } from '../files/index.ts'
import type { BULK_TRUNCATION, BULK_TYPES } from './constants.ts'
import type { RunDescription } from './run-description.ts'
import type { StoreTarget } from './run-store.ts'
import { planShards, type Shard } from './shard.ts'
import { absoluteLocation, requireApart } from './storage/open-storage.ts'
import type { ShardSource } from './storage/shard-source.ts'

/** What a run shall encode, with which model, and where its vectors go. */
export interface StartOptions {
  /** A folder, a file or a pattern, as every worker sees it; or `s3://bucket/` and one of these. */
  readonly input: string
  /** The column of texts. Default: as `readTexts`. */
  readonly column?: Column
  /** Default: what the names of the files say. */
  readonly inputFormat?: TextFormat
  /** A folder for files of vectors, as every worker sees it; or `s3://bucket/prefix`. */
  readonly output?: string
  /** Takes texts and vectors in place of `output`. */
  readonly store?: StoreTarget
  /** Default `parquet`. */
  readonly outputFormat?: VectorFormat
  readonly checkpoint: Checkpoint
  /** Where workers find the model, unless they are given another: a folder, or its name on the hub. */
  readonly model: string
  /** How texts are encoded. */
  readonly encode?: Pick<
    EncodeOptions,
    'normalize' | 'prompt' | 'promptName' | 'maxLength' | 'dimensions'
  > & {
    /** Default `silent`. */
    readonly truncate?: (typeof BULK_TRUNCATION)[number]
    /** Default `float32`. */
    readonly output?: (typeof BULK_TYPES)[number]
  }
  /** How often a shard is tried before it is on the dead-letter list. Default 5. */
  readonly attempts?: number
  /** Seconds after which a shard that failed is tried again; doubled every time. Default 5. */
  readonly backoff?: number
  /** Seconds after which a worker that is not heard of is taken for dead. Default 30. */
  readonly lease?: number
  /** Called where texts that the store has will be there twice. Default: stderr. */
  readonly onWarning?: (message: string) => void
}

/** Lists the shards of a run that is to start, and describes it. */
export async function startedRun(
  options: StartOptions,
  source: ShardSource,
): Promise<{ readonly run: RunDescription; readonly shards: readonly Shard[] }> {
  const { checkpoint, model, column, inputFormat, store } = options
  const named = requiredOutput(options)
  const [input, output] = [absoluteLocation(options.input), absoluteLocation(named)]
  requireApart(input, output)
  const format = store ? undefined : (options.outputFormat ?? 'parquet')
  const policy = {
    attempts: bounded('attempts', options.attempts ?? 5, { min: 1, max: 100 }),
    backoff: bounded('backoff', options.backoff ?? 5, { min: 0.1, max: 86_400 }),
    lease: bounded('lease', options.lease ?? 30, { min: 2, max: 86_400 }),
  }
  const shards = planShards(await source.list(), { input, format })
  const { truncate = 'silent', output: type = 'float32', ...encode } = options.encode ?? {}
  const run: RunDescription = {
    input,
    column,
    inputFormat,
    output,
    outputFormat: format,
    ...(store ? { store: { id: store.id } } : {}),
    modelHash: await checkpointHash(checkpoint),
    encode: { ...encode, truncate, output: type },
    model: existsSync(model) ? resolve(model) : model,
    ...policy,
    shards: shards.length,
    bytes: shards.reduce((sum, { bytes }) => sum + bytes, 0),
    startedAt: Date.now(),
  }
  return { run, shards }
}

/** @throws InputError when not exactly one output is named, or a store shall hold what stores do not. */
function requiredOutput({ output, store, outputFormat, encode = {} }: StartOptions): string {
  if (store === undefined && output !== undefined) return output
  if (store === undefined || output !== undefined) {
    throw new InputError('bulk-output', 'a run has one output: files or a store; name one of them')
  }
  const isOther = encode.output !== undefined && encode.output !== 'float32'
  if (!isOther && outputFormat === undefined && encode.normalize === undefined)
    return store.location
  throw new InputError(
    'bulk-store-vectors',
    'a store holds float32 vectors as the model gives them; leave out type, normalize and the ' +
      'format of files',
  )
}

function bounded(
  name: string,
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  if (value >= min && value <= max) return value
  throw new InputError(
    'option-range',
    `${name} must be a number from ${min} to ${max}, but is ${value}`,
    { facts: { name, value, min, max } },
  )
}
