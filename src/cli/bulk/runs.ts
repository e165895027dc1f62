import type { BulkRuns, RunStatus } from '../../bulk/index.ts'
import { defineCommand } from '../command.ts'
import { JSON_FLAG } from '../flags.ts'
import { grouped, printFields } from '../format.ts'
import type { Shell } from '../shell.ts'
import { bucketSettings, storeAccess } from '../store-flags.ts'

/** Which run, and where the queue is. */
export const RUN_FLAGS = {
  name: {
    type: 'positional',
    required: true,
    description: 'The name of the run, as it was started',
  },
  redis: {
    type: 'string',
    valueHint: 'url',
    description: 'The queue (default: YUJU_REDIS_URL, else redis://127.0.0.1:6379)',
  },
} as const

const DEFAULT_REDIS = 'redis://127.0.0.1:6379'

/** Connects to the queue. */
export async function connectRuns(
  { redis }: { readonly redis?: string | undefined },
  shell: Shell,
): Promise<BulkRuns> {
  const { env } = shell
  const { BulkRuns } = await import('../../bulk/index.ts')
  return BulkRuns.connect({
    redis: redis ?? env.YUJU_REDIS_URL ?? DEFAULT_REDIS,
    stores: storeAccess(shell),
    buckets: bucketSettings(env),
  })
}

const STATUS_ARGS = {
  ...RUN_FLAGS,
  name: { ...RUN_FLAGS.name, required: false, description: 'A run (default: all)' },
  ...JSON_FLAG,
} as const

/** Prints how far runs are; with `--json` a line for each. */
export const status = defineCommand(STATUS_ARGS, async (args, shell) => {
  await using runs = await connectRuns(args, shell)
  const names = args.name === undefined ? await runs.names() : [args.name]
  if (names.length === 0 && !args.json) shell.print('there are no runs')
  for (const name of names) {
    const found = await runs.status(name)
    if (args.json) shell.printJson(found)
    else printStatus(found, shell)
  }
})

function printStatus({ name, input, output, ...found }: RunStatus, shell: Shell): void {
  const { all, done, active, waiting, retrying, failed } = found.shards
  const parts = Object.entries({ active, waiting, retrying, failed })
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `, ${grouped(count)} ${state}`)
  const share = Math.floor((done / all) * 100)
  printFields(
    {
      [name]: `${input} → ${output}`,
      files: `${grouped(done)} of ${grouped(all)} done (${share} %)${parts.join('')}`,
      texts: grouped(found.rows.done + found.rows.active),
      workers: grouped(found.workers),
      rate: `${grouped(found.rate)} texts a second`,
      left: timeText(found.secondsLeft),
    },
    shell,
  )
}

function timeText(seconds: number | undefined): string {
  if (seconds === undefined) return 'not known yet'
  const minutes = Math.round(seconds / 60)
  if (minutes < 1) return `${Math.ceil(seconds)} s`
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const FAILED_ARGS = {
  ...RUN_FLAGS,
  retry: { type: 'boolean', description: 'Put them all back into the queue' },
  ...JSON_FLAG,
} as const

/** Prints what failed too often and why, a line each; with `--retry` puts it back, and how much. */
export const failed = defineCommand(FAILED_ARGS, async (args, shell) => {
  await using runs = await connectRuns(args, shell)
  if (args.retry) {
    const retried = await runs.retry(args.name)
    if (args.json) shell.printJson({ name: args.name, retried })
    else shell.print(`${grouped(retried)} files wait again; they need a worker`)
    return
  }
  for (const shard of await runs.failed(args.name)) {
    if (args.json) shell.printJson(shard)
    else shell.print(`${shard.input}\t${shard.attempts} attempts\t${shard.reason}`)
  }
})

/** Takes a run out of Redis. */
export const remove = defineCommand({ ...RUN_FLAGS, ...JSON_FLAG }, async (args, shell) => {
  await using runs = await connectRuns(args, shell)
  await runs.remove(args.name)
  if (args.json) shell.printJson({ name: args.name, removed: true })
  else shell.print(`${args.name} is forgotten; its vectors stay where they are`)
})
