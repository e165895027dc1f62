import type { RunDescription } from '../run-description.ts'
import { jobsIn, type ShardQueue } from './run-queue.ts'

/** How far a run is. */
export interface RunStatus {
  readonly name: string
  readonly input: string
  readonly output: string
  readonly modelHash: string
  readonly shards: {
    readonly all: number
    readonly done: number
    /** Being encoded, or its worker died and that was not noticed yet. */
    readonly active: number
    readonly waiting: number
    /** Failed, and waiting to be tried again. */
    readonly retrying: number
    /** Failed for good: on the dead-letter list. */
    readonly failed: number
  }
  /** Rows of shards that are done, and so far of those that are being encoded. */
  readonly rows: { readonly done: number; readonly active: number }
  readonly workers: number
  /** Rows a second, within the last quarter of an hour. */
  readonly rate: number
  /**
   * Seconds until every shard that did not fail for good is done, as the sizes of the files in bytes
   * let expect; undefined while nothing is known of rate or rows.
   */
  readonly secondsLeft: number | undefined
}

const RATE_WINDOW = 15 * 60_000

export async function runStatus(
  name: string,
  run: RunDescription,
  queue: ShardQueue,
): Promise<RunStatus> {
  const counts = await queue.getJobCounts('active', 'delayed', 'failed', 'completed')
  const { active = 0, delayed = 0, failed = 0, completed = 0 } = counts
  const now = Date.now()
  const done = await doneWork(queue)
  const going = await activeWork(queue, now)
  const failedBytes = await bytesOf(queue)
  const rate = pace([...done.intervals, ...going.intervals], now, RATE_WINDOW)
  const rowsLeft =
    done.bytes === 0
      ? undefined
      : ((run.bytes - failedBytes - done.bytes) / done.bytes) * done.rows - going.rows
  const shards = { all: run.shards, done: completed, active, retrying: delayed, failed }
  const isOver = completed + failed >= run.shards
  return {
    name,
    input: run.input,
    output: run.output,
    modelHash: run.modelHash,
    shards: { ...shards, waiting: Math.max(0, run.shards - completed - active - delayed - failed) },
    rows: { done: done.rows, active: going.rows },
    workers: await queue.getWorkersCount(),
    rate: isOver ? 0 : rate,
    secondsLeft: isOver ? 0 : secondsLeft(rowsLeft, rate),
  }
}

function secondsLeft(rows: number | undefined, rate: number): number | undefined {
  return rows === undefined || rate === 0 ? undefined : Math.max(0, rows / rate)
}

async function doneWork(queue: ShardQueue) {
  const intervals: WorkInterval[] = []
  let [rows, bytes] = [0, 0]
  for await (const { data, returnvalue, processedOn = 0, finishedOn = 0 } of jobsIn(
    queue,
    'completed',
  )) {
    rows += returnvalue.rows
    bytes += data.bytes
    intervals.push({ rows: returnvalue.rows, from: processedOn, to: finishedOn })
  }
  return { rows, bytes, intervals }
}

async function activeWork(queue: ShardQueue, now: number) {
  const intervals: WorkInterval[] = []
  for await (const { progress, processedOn = now } of jobsIn(queue, 'active')) {
    const rows = typeof progress === 'number' ? progress : 0
    intervals.push({ rows, from: processedOn, to: now })
  }
  return { rows: intervals.reduce((sum, { rows }) => sum + rows, 0), intervals }
}

async function bytesOf(queue: ShardQueue): Promise<number> {
  let bytes = 0
  for await (const { data } of jobsIn(queue, 'failed')) bytes += data.bytes
  return bytes
}

/** Rows that were encoded between two times, in milliseconds since 1970. */
interface WorkInterval {
  readonly rows: number
  readonly from: number
  readonly to: number
}

/**
 * Rows a second within the last `window` milliseconds, or since the first interval began, if that is
 * later. An interval's rows count as spread evenly over its time. 0 where there is nothing.
 */
export function pace(intervals: readonly WorkInterval[], now: number, window: number): number {
  const first = intervals.reduce((earliest, { from }) => Math.min(earliest, from), now)
  const start = Math.max(first, now - window)
  if (start >= now) return 0
  const rows = intervals.reduce((sum, interval) => sum + rowsSince(start, interval), 0)
  return (rows / (now - start)) * 1000
}

function rowsSince(start: number, { rows, from, to }: WorkInterval): number {
  if (to <= start) return 0
  return from >= start ? rows : (rows * (to - start)) / (to - from)
}
