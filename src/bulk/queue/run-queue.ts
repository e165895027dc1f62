import type { Job, Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { optionalPackage } from '../optional-package.ts'
import type { RunDescription } from '../run-description.ts'
import type { Shard } from '../shard.ts'

/** What a job knows: a shard, and which model it is for. */
export interface ShardJob extends Shard {
  readonly modelHash: string
  /** How many of the workers that died at it are not held against it any more. */
  readonly forgiven?: number
}

/** What is known of a shard that is done. */
export interface ShardResult {
  readonly rows: number
}

export type ShardQueue = Queue<ShardJob, ShardResult, 'shard'>
export type QueuedShard = Job<ShardJob, ShardResult, 'shard'>

/** In front of every key in Redis. */
export const PREFIX = 'yuju-bulk'
/** A hash: the description of every run, by name. */
export const RUNS_KEY = 'yuju-bulk:runs'

const JOBS_AT_ONCE = 1000

/** The jobs of one run: one BullMQ queue. */
export async function openQueue(name: string, redis: Redis): Promise<ShardQueue> {
  const { Queue } = await optionalPackage('bullmq', () => import('bullmq'))
  const queue: ShardQueue = new Queue(name, { connection: redis, prefix: PREFIX })
  // Commands that fail say so themselves.
  queue.on('error', () => {})
  return queue
}

/** Adds what is not there yet: a shard has the same id every time. */
export async function addShards(
  queue: ShardQueue,
  shards: readonly Shard[],
  { modelHash, attempts, backoff }: RunDescription,
): Promise<void> {
  for (let start = 0; start < shards.length; start += JOBS_AT_ONCE) {
    const jobs = shards.slice(start, start + JOBS_AT_ONCE).map((shard) => ({
      name: 'shard' as const,
      data: { ...shard, modelHash },
      opts: {
        // BullMQ takes no colon in an id.
        jobId: encodeURIComponent(shard.output),
        attempts,
        backoff: { type: 'exponential' as const, delay: Math.round(backoff * 1000) },
        stackTraceLimit: 1,
      },
    }))
    await queue.addBulk(jobs)
  }
}

/** All jobs in some state, the latest first, some at a time. */
export async function* jobsIn(
  queue: ShardQueue,
  state: 'completed' | 'active' | 'failed',
): AsyncGenerator<QueuedShard, void, void> {
  for (let start = 0; ; start += JOBS_AT_ONCE) {
    const jobs = await queue.getJobs([state], start, start + JOBS_AT_ONCE - 1)
    // A job that was removed meanwhile is given as nothing.
    yield* jobs.filter((job) => job !== undefined)
    if (jobs.length < JOBS_AT_ONCE) return
  }
}
