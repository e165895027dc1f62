import type { Redis } from 'ioredis'
import { checkpointHash } from '../checkpoint/index.ts'
import type { SentenceEncoder } from '../encoder/index.ts'
import { InputError, QueueError } from '../errors/index.ts'
import type { StoreAccess } from '../search/index.ts'
import { connectRedis, withRedis } from './queue/redis-connection.ts'
import {
  addShards,
  jobsIn,
  openQueue,
  type QueuedShard,
  RUNS_KEY,
  type ShardQueue,
} from './queue/run-queue.ts'
import { type RunStatus, runStatus } from './queue/run-status.ts'
import {
  describe,
  parseDescription,
  type RunDescription,
  requireSameRun,
} from './run-description.ts'
import { prepareStore } from './run-store.ts'
import { type StartOptions, startedRun } from './start-options.ts'
import type { BucketSettings } from './storage/bucket.ts'
import { openSource, openStorage } from './storage/open-storage.ts'
import { otherModel, RunWorker, type WorkerEvent, type WorkSummary } from './work/run-worker.ts'
import { openWork } from './work/shard-work.ts'

/** How the queue is reached, and what runs read and write. */
export interface ConnectOptions {
  /** `redis://[[user]:password@]host[:port][/database]`, `rediss://` for TLS. */
  readonly redis: string
  /** Where buckets are, if any are used. */
  readonly buckets?: BucketSettings
  /** How stores are reached, if any are used. */
  readonly stores?: StoreAccess
}

/** A shard that failed for good. */
export interface FailedShard {
  readonly input: string
  readonly output: string
  readonly attempts: number
  readonly reason: string
  /** Milliseconds since 1970. */
  readonly failedAt: number
}

/** Who works, until when, and what is called with its events. */
export interface WorkOptions {
  /** The process id, by which status and Redis tell workers apart. */
  readonly pid: number
  readonly signal: AbortSignal
  readonly onEvent?: (event: WorkerEvent) => void
}

/**
 * The bulk runs of one Redis: texts in many files, encoded by any number of workers.
 *
 * ```ts
 * await using runs = await BulkRuns.connect({ redis: 'redis://127.0.0.1:6379' })
 * await runs.start('news', { input: 'texts', output: 'vectors', checkpoint, … })
 * await runs.work('news', encoder, { pid, signal })
 * ```
 * Every method throws QueueError when Redis cannot be used, or there is no such run.
 */
export class BulkRuns implements AsyncDisposable {
  readonly #redis: Redis
  readonly #options: ConnectOptions

  private constructor(redis: Redis, options: ConnectOptions) {
    this.#redis = redis
    this.#options = options
  }

  /** @throws QueueError when Redis cannot be reached; RuntimeError for a package that is missing. */
  static async connect(options: ConnectOptions): Promise<BulkRuns> {
    return new BulkRuns(await connectRedis(options.redis), options)
  }

  /** The names of all runs. */
  names(): Promise<string[]> {
    return this.#guard(async () => (await this.#redis.hkeys(RUNS_KEY)).sort())
  }

  /** What a run is. */
  find(name: string): Promise<RunDescription> {
    return this.#guard(async () => {
      const text = await this.#redis.hget(RUNS_KEY, name)
      if (text) return parseDescription(text, `Redis, of ${name},`)
      const names = (await this.#redis.hkeys(RUNS_KEY)).sort()
      const known = names.length === 0 ? 'there is none' : `there is ${names.join(', ')}`
      throw new QueueError('bulk-no-run', `there is no run called ${name}; ${known}`, {
        facts: { run: name, known: names },
      })
    })
  }

  /**
   * Makes a job of every shard of the input. To start a run again adds what is missing: after an
   * interruption, when there are new shards, or when Redis lost everything; shards whose vectors are
   * there are not encoded again.
   * @throws InputError when name or output belong to another run, there is no shard, or the input
   *   cannot be read; OutputError when the output cannot be written.
   */
  start(name: string, options: StartOptions): Promise<RunDescription> {
    requireName(name)
    return this.#guard(async () => {
      using opened = await openSource(options.input, this.#buckets)
      const { source } = opened
      const { run, shards } = await startedRun(options, source)
      const there = await this.#redis.hget(RUNS_KEY, name)
      if (there) {
        requireSameRun(parseDescription(there, name), run, `Redis, under the name ${name},`)
      }
      if (options.store) {
        const target = { ...options.store, location: run.output }
        const access = this.#options.stores
        await prepareStore({ options, target, shards, source, access })
      } else {
        await this.#claim(run)
      }
      await this.#redis.hset(RUNS_KEY, name, describe(run))
      await this.#withQueue(name, (queue) => addShards(queue, shards, run))
      return run
    })
  }

  /** Files of two runs would mix in one place; records in a store do not. */
  async #claim(run: RunDescription): Promise<void> {
    using storage = await openStorage(run, this.#buckets)
    const claimed = await storage.destination.claim(describe(run))
    requireSameRun(parseDescription(claimed, run.output), run, run.output)
  }

  /** How far a run is. */
  status(name: string): Promise<RunStatus> {
    return this.#guard(async () => {
      const run = await this.find(name)
      return this.#withQueue(name, (queue) => runStatus(name, run, queue))
    })
  }

  /** The dead-letter list: shards that were tried as often as the run allows. */
  failed(name: string): Promise<FailedShard[]> {
    return this.#guard(async () => {
      await this.find(name)
      return this.#withQueue(name, async (queue) => {
        const failed: FailedShard[] = []
        for await (const job of jobsIn(queue, 'failed')) {
          const { data, attemptsMade: attempts, failedReason: reason, finishedOn = 0 } = job
          failed.push({
            input: data.input,
            output: data.output,
            attempts,
            reason,
            failedAt: finishedOn,
          })
        }
        return failed
      })
    })
  }

  /** Puts the shards of the dead-letter list back to where they wait; gives their number. */
  retry(name: string): Promise<number> {
    return this.#guard(async () => {
      await this.find(name)
      return this.#withQueue(name, async (queue) => {
        const jobs: QueuedShard[] = []
        for await (const job of jobsIn(queue, 'failed')) jobs.push(job)
        for (const job of jobs) {
          await job.updateData({ ...job.data, forgiven: job.stalledCounter })
          await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true })
        }
        return jobs.length
      })
    })
  }

  /**
   * Encodes shards of a run until all are done, or failed for good. Where Redis goes away meanwhile,
   * waits for it.
   * @param encoder loaded from the model the run was started with; stays the caller's to dispose of
   * @throws QueueError for another model; OutputError when vectors cannot be written; the signal's
   *   reason. What was begun is then back in the queue.
   */
  work(name: string, encoder: SentenceEncoder, options: WorkOptions): Promise<WorkSummary> {
    const { pid, signal, onEvent = () => {} } = options
    return this.#guard(async () => {
      const run = await this.find(name)
      const modelHash = await checkpointHash(encoder.checkpoint)
      if (modelHash !== run.modelHash) throw otherModel(name, run.modelHash, modelHash)
      await using shardWork = await openWork(run, encoder, this.#options)
      const redis = await connectRedis(this.#options.redis, {
        onChange: (isConnected) => onEvent({ kind: 'connection', isConnected }),
      })
      const queue = await openQueue(name, redis)
      try {
        const parts = { name, run, redis, queue, shardWork, modelHash, pid, onEvent }
        return await (await RunWorker.create(parts)).work(signal)
      } finally {
        await queue.close()
        redis.disconnect()
      }
    })
  }

  /**
   * Forgets a run. What it wrote stays.
   * @throws InputError when shards are being encoded.
   */
  remove(name: string): Promise<void> {
    return this.#guard(async () => {
      await this.find(name)
      await this.#withQueue(name, async (queue) => {
        if ((await queue.getActiveCount()) > 0) throw stillActive(name)
        await queue.obliterate()
      })
      await this.#redis.hdel(RUNS_KEY, name)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redis.disconnect()
  }

  get #buckets(): BucketSettings {
    return this.#options.buckets ?? {}
  }

  #guard<Result>(work: () => Promise<Result>): Promise<Result> {
    return withRedis(this.#options.redis, work)
  }

  async #withQueue<Result>(
    name: string,
    work: (queue: ShardQueue) => Promise<Result>,
  ): Promise<Result> {
    const queue = await openQueue(name, this.#redis)
    try {
      return await work(queue)
    } finally {
      await queue.close()
    }
  }
}

function requireName(name: string): void {
  if (/^\w[\w.-]{0,99}$/.test(name)) return
  throw new InputError(
    'bulk-name',
    `a run's name has letters, digits, "_", "." and "-", up to 100, but is ${JSON.stringify(name)}`,
    { facts: { name } },
  )
}

function stillActive(name: string): InputError {
  return new InputError(
    'bulk-run-active',
    `shards of ${name} are being encoded; stop its workers first, and wait for the lease to end`,
    { facts: { run: name } },
  )
}
