import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { OutputError, QueueError, StoreError, YujuError } from '../../errors/index.ts'
import { optionalPackage } from '../optional-package.ts'
import {
  PREFIX,
  type QueuedShard,
  type ShardJob,
  type ShardQueue,
  type ShardResult,
} from '../queue/run-queue.ts'
import type { RunDescription } from '../run-description.ts'
import type { ShardWork } from './shard-work.ts'

/** What a worker reports. */
export type WorkerEvent =
  | {
      readonly kind: 'done'
      readonly output: string
      readonly rows: number
      readonly seconds: number
      /** false: an earlier worker had committed it. */
      readonly isOurs: boolean
    }
  | {
      readonly kind: 'failed'
      readonly output: string
      readonly error: Error
      /** Whether it is on the dead-letter list now; else it is tried again. */
      readonly isLast: boolean
    }
  /** The worker that had this shard is not heard of any more: the shard waits again. */
  | { readonly kind: 'stalled'; readonly output: string }
  /** Redis is away, and is waited for; or back. */
  | { readonly kind: 'connection'; readonly isConnected: boolean }
  | { readonly kind: 'trouble'; readonly error: Error }

interface WorkerParts {
  readonly name: string
  readonly run: RunDescription
  readonly redis: Redis
  readonly queue: ShardQueue
  readonly shardWork: ShardWork
  /** The hash of the encoder's model. */
  readonly modelHash: string
  /** The process id. */
  readonly pid: number
  readonly onEvent: (event: WorkerEvent) => void
}

/** What one worker did. */
export interface WorkSummary {
  readonly shards: number
  readonly rows: number
  readonly seconds: number
}

type ShardWorker = Worker<ShardJob, ShardResult, 'shard'>
type Bull = typeof import('bullmq')

/** Milliseconds between reports of how many rows are done, and looks whether the run is over. */
const REPORT_PAUSE = 2000
const LOOK_PAUSE = 1000

/** One process that encodes shards of a run, one at a time, until all are done. */
export class RunWorker {
  readonly #parts: WorkerParts
  readonly #bull: Bull
  readonly #stop = new AbortController()
  #shards = 0
  #rows = 0
  #isBusy = false

  private constructor(parts: WorkerParts, bull: Bull) {
    this.#parts = parts
    this.#bull = bull
  }

  static async create(parts: WorkerParts): Promise<RunWorker> {
    return new RunWorker(parts, await optionalPackage('bullmq', () => import('bullmq')))
  }

  /**
   * Works until every shard of the run is done or failed for good. When the signal says so, or
   * nothing can be written any more, what was begun goes back to the queue, for another worker.
   * @throws OutputError or StoreError, or QueueError for a run of another model; the signal's reason.
   */
  async work(signal: AbortSignal): Promise<WorkSummary> {
    const start = performance.now()
    const worker = this.#begin()
    const stop = () => this.#stop.abort(signal.reason)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    try {
      await this.#untilOver()
    } finally {
      signal.removeEventListener('abort', stop)
      await this.#close(worker)
    }
    this.#stop.signal.throwIfAborted()
    await this.#finish()
    const seconds = (performance.now() - start) / 1000
    return { shards: this.#shards, rows: this.#rows, seconds }
  }

  /** While Redis is away, what was begun cannot be given back; its lease will end. */
  async #close(worker: ShardWorker): Promise<void> {
    const { redis } = this.#parts
    if (redis.status !== 'ready') return worker.close(true)
    // Redis may go only now, with replies due that the worker would wait for.
    const gone = new Promise<void>((resolve) => redis.once('close', () => resolve()))
    await Promise.race([worker.close(), gone])
  }

  #begin(): ShardWorker {
    const { name, run, redis, pid, onEvent } = this.#parts
    const worker: ShardWorker = new this.#bull.Worker(
      name,
      (job, token, signal) => this.#process(worker, { job, token: token ?? '', signal }),
      {
        connection: redis,
        prefix: PREFIX,
        name: `${hostname()}:${pid}`,
        lockDuration: run.lease * 1000,
        stalledInterval: run.lease * 500,
        // Whether too many workers died at a shard is judged in #process, where it can be forgiven.
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        runRetryDelay: LOOK_PAUSE,
      },
    )
    worker.on('stalled', (id) => onEvent({ kind: 'stalled', output: decodeURIComponent(id) }))
    worker.on('failed', (job, error) => {
      if (!job) return
      const isLast = job.finishedOn !== undefined
      onEvent({ kind: 'failed', output: job.data.output, error, isLast })
    })
    // Another worker has the shard now; going on with it would be for nothing.
    worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) worker.cancelJob(id, 'another worker has this shard')
    })
    worker.on('error', (error) => onEvent({ kind: 'trouble', error }))
    return worker
  }

  async #untilOver(): Promise<void> {
    const { signal } = this.#stop
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve())
    })
    while (!signal.aborted) {
      // While Redis is away, this resolves when it is back.
      if (!this.#isBusy && (await Promise.race([this.#isOver(), stopped]))) return
      await pause(LOOK_PAUSE, undefined, { signal }).catch(() => {})
    }
  }

  async #isOver(): Promise<boolean> {
    const { queue, run } = this.#parts
    const { completed = 0, failed = 0 } = await queue.getJobCounts('completed', 'failed')
    return completed + failed >= run.shards
  }

  async #process(worker: ShardWorker, taken: TakenShard): Promise<ShardResult> {
    this.#isBusy = true
    try {
      this.#requireMine(taken.job)
      return await this.#encode(taken)
    } catch (error) {
      if (this.#isOurTrouble(error)) this.#stop.abort(error)
      // What a cancelled job is given as its reason is a string, which BullMQ cannot keep.
      if (!this.#stop.signal.aborted) throw error instanceof Error ? error : new Error(`${error}`)
      void worker.close()
      if (endsEncoder(error)) throw error
      await taken.job.moveToWait(taken.token)
      throw new this.#bull.WaitingError()
    } finally {
      this.#isBusy = false
    }
  }

  async #encode({ job, signal }: TakenShard): Promise<ShardResult> {
    const { shardWork, onEvent } = this.#parts
    const start = performance.now()
    const stop = [this.#stop.signal, ...(signal ? [signal as AbortSignal] : [])]
    await job.updateProgress(0)
    const control = { signal: AbortSignal.any(stop), onRows: reporter(job) }
    const { rows, isOurs } = await shardWork.encode(job.data, control)
    this.#shards += 1
    this.#rows += rows
    const seconds = (performance.now() - start) / 1000
    onEvent({ kind: 'done', output: job.data.output, rows, seconds, isOurs })
    return { rows }
  }

  /** One worker at a time; the others leave it to that one. */
  async #finish(): Promise<void> {
    const { name, run, redis, pid, shardWork } = this.#parts
    if (!shardWork.finish) return
    const key = `${PREFIX}:${name}:finishing`
    const lease = run.lease * 1000
    if ((await redis.set(key, `${hostname()}:${pid}`, 'PX', lease, 'NX')) !== 'OK') return
    const renewal = setInterval(() => void redis.pexpire(key, lease).catch(() => {}), lease / 3)
    try {
      await shardWork.finish()
    } finally {
      clearInterval(renewal)
      await redis.del(key)
    }
  }

  /** @throws where the job is for another model, or kills whoever takes it. */
  #requireMine({ data, stalledCounter }: QueuedShard): void {
    const { name, modelHash, run } = this.#parts
    if (data.modelHash !== modelHash) throw otherModel(name, data.modelHash, modelHash)
    const deaths = stalledCounter - (data.forgiven ?? 0)
    if (deaths < run.attempts) return
    throw new this.#bull.UnrecoverableError(
      `${deaths} workers died while they encoded it; is it too large for their memory?`,
    )
  }

  /** Whether another worker, or this one after a while, would do better with the same shard. */
  #isOurTrouble(error: unknown): boolean {
    if (error instanceof OutputError || error instanceof QueueError) return true
    // Where others only write too much at once, it is enough to try the shard again.
    if (error instanceof StoreError) return error.code !== 'store-busy'
    return endsEncoder(error)
  }
}

interface TakenShard {
  readonly job: QueuedShard
  readonly token: string
  readonly signal: unknown
}

/** Without its session, an encoder encodes nothing any more; the shard may be to blame. */
function endsEncoder(error: unknown): boolean {
  return error instanceof YujuError && error.code === 'runtime-ended'
}

/** Reports to Redis now and then how many rows are done. Where that fails, the next report says it. */
function reporter(job: QueuedShard): (rows: number) => void {
  let last = performance.now()
  return (rows) => {
    const now = performance.now()
    if (now - last < REPORT_PAUSE) return
    last = now
    job.updateProgress(rows).catch(() => {})
  }
}

/** A worker with another model would write vectors that cannot be compared with the others. */
export function otherModel(name: string, expected: string, got: string): QueueError {
  return new QueueError(
    'bulk-other-model',
    `the run ${name} is for the model with hash ${expected.slice(0, 12)}…, but this worker has ` +
      `${got.slice(0, 12)}…; give it the model the run was started with`,
    { facts: { run: name, expected, got } },
  )
}
