import type { RunStatus } from '../../bulk/index.ts'
import { defineCommand } from '../command.ts'
import { printFields } from '../fields.ts'
import { JSON_FLAG } from '../flags.ts'
import { grouped } from '../progress-display.ts'
import type { Shell } from '../shell.ts'
import { connectRuns, RUN_FLAGS } from './connect-runs.ts'

const ARGS = {
  ...RUN_FLAGS,
  name: { ...RUN_FLAGS.name, required: false, description: 'A run (default: all)' },
  ...JSON_FLAG,
} as const

/** Prints how far runs are; with `--json` a line for each. */
export const status = defineCommand(ARGS, async (args, shell) => {
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
