import { defineCommand } from '../command.ts'
import { JSON_FLAG } from '../flags.ts'
import { connectRuns, RUN_FLAGS } from './connect-runs.ts'

const ARGS = { ...RUN_FLAGS, ...JSON_FLAG } as const

/** Takes a run out of Redis. */
export const remove = defineCommand(ARGS, async (args, shell) => {
  await using runs = await connectRuns(args, shell)
  await runs.remove(args.name)
  if (args.json) shell.printJson({ name: args.name, removed: true })
  else shell.print(`${args.name} is forgotten; its vectors stay where they are`)
})
