import type { WorkerEvent } from '../../bulk/index.ts'
import { QueueError } from '../../errors/index.ts'
import { defineCommand } from '../command.ts'
import { JSON_FLAG, MODEL_FLAGS } from '../flags.ts'
import { grouped } from '../format.ts'
import { loadEncoder } from '../model.ts'
import { connectRuns, RUN_FLAGS } from './runs.ts'

const ARGS = {
  ...RUN_FLAGS,
  ...MODEL_FLAGS,
  model: {
    ...MODEL_FLAGS.model,
    description: 'The model of the run, where this machine has it (default: as it was started)',
  },
  ...JSON_FLAG,
} as const

/**
 * Encodes files of a run until all are done, and reports each on stderr. Stopped, it gives back
 * what it had begun.
 * @throws QueueError at the end, when there are files that failed too often
 */
export const worker = defineCommand(ARGS, async (args, shell) => {
  await using runs = await connectRuns(args, shell)
  const { model } = await runs.find(args.name)
  await using encoder = await loadEncoder(args.model ?? model, args, shell)
  const onEvent = (event: WorkerEvent) => shell.note(eventText(event))
  const { pid, signal } = shell
  const done = await runs.work(args.name, encoder, { pid, signal, onEvent })
  if (args.json) shell.printJson(done)
  else shell.print(`${grouped(done.shards)} files, ${grouped(done.rows)} texts by this worker`)
  requireNoneFailed(args.name, (await runs.failed(args.name)).length)
})

function eventText(event: WorkerEvent): string {
  switch (event.kind) {
    case 'done': {
      const { output, rows, seconds, isOurs } = event
      if (!isOurs) return `${output}: was there already, ${grouped(rows)} texts`
      return `${output}: ${grouped(rows)} texts, ${grouped(rows / seconds)} a second`
    }
    case 'failed': {
      const { output, error, isLast } = event
      return `${output}: ${error.message}; ${isLast ? 'given up' : 'will be tried again'}`
    }
    case 'stalled':
      return `${event.output}: its worker is not heard of; it waits for another one`
    case 'connection':
      return event.isConnected ? 'Redis is back' : 'Redis is away; waiting for it'
    case 'trouble':
      return `warning: ${event.error.message || event.error.name}`
    default:
      return event satisfies never
  }
}

function requireNoneFailed(name: string, count: number): void {
  if (count === 0) return
  throw new QueueError(
    'bulk-failed',
    `${count} files failed too often; see yuju bulk failed ${name}, and with --retry try them again`,
    { facts: { run: name, failed: count } },
  )
}
