import { defineCommand } from '../command.ts'
import { JSON_FLAG } from '../flags.ts'
import { grouped } from '../progress-display.ts'
import { connectRuns, RUN_FLAGS } from './connect-runs.ts'

const ARGS = {
  ...RUN_FLAGS,
  retry: { type: 'boolean', description: 'Put them all back into the queue' },
  ...JSON_FLAG,
} as const

/** Prints what failed too often and why, a line each; with `--retry` puts it back, and how much. */
export const failed = defineCommand(ARGS, async (args, shell) => {
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
