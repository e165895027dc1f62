import type { SentenceEncoder } from '../../encoder/index.ts'
import { openStore, type StoreAccess } from '../../search/index.ts'
import type { RunDescription } from '../run-description.ts'
import { indexShard } from '../run-store.ts'
import type { Shard } from '../shard.ts'
import type { BucketSettings } from '../storage/bucket.ts'
import { openSource, openStorage } from '../storage/open-storage.ts'
import { encodeShard } from './encode-shard.ts'

/** What became of a shard. */
export interface EncodedShard {
  readonly rows: number
  /** Whether this call wrote it; else an earlier worker had, and died before it could say so. */
  readonly isOurs: boolean
}

export interface ShardControl {
  readonly signal: AbortSignal
  /** Called with the rows done so far. */
  readonly onRows: (rows: number) => void
}

/** What a run does with its shards. */
export interface ShardWork extends AsyncDisposable {
  encode(shard: Shard, control: ShardControl): Promise<EncodedShard>
  /** What is to be done when all shards are, by one worker at a time. */
  finish?(): Promise<void>
}

export interface WorkAccess {
  readonly buckets?: BucketSettings
  readonly stores?: StoreAccess
}

export function openWork(
  run: RunDescription,
  encoder: SentenceEncoder,
  access: WorkAccess,
): Promise<ShardWork> {
  return run.store ? storeWork(run, encoder, access) : fileWork(run, encoder, access)
}

async function fileWork(
  run: RunDescription,
  encoder: SentenceEncoder,
  { buckets = {} }: WorkAccess,
): Promise<ShardWork> {
  const storage = await openStorage(run, buckets)
  return {
    encode: (shard, control) => encodeShard(shard, { run, storage, encoder, ...control }),
    [Symbol.asyncDispose]: async () => storage[Symbol.dispose](),
  }
}

async function storeWork(
  run: RunDescription,
  encoder: SentenceEncoder,
  { buckets = {}, stores }: WorkAccess,
): Promise<ShardWork> {
  const store = await openStore(run.output, stores)
  const opened = await openSource(run.input, buckets).catch(async (error) => {
    await store.close()
    throw error
  })
  const { source } = opened
  return {
    encode: (shard, control) => indexShard(shard, { run, source, store, encoder, ...control }),
    finish: async () => store.optimize?.(),
    async [Symbol.asyncDispose]() {
      opened[Symbol.dispose]()
      await store.close()
    },
  }
}
