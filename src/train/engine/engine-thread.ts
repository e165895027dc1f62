import { parentPort, workerData } from 'node:worker_threads'
import { YujuError } from '../../errors/index.ts'
import type { EngineFailure, EngineMessage, EngineReply, EngineStart } from './messages.ts'
import { StepRunner } from './step-runner.ts'

/** The thread that owns weights and optimizer: it answers one request after the other. */

function reply(message: EngineReply): void {
  parentPort?.postMessage(message)
}

function failureOf(error: unknown): EngineFailure {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof YujuError) return { name: error.name, code: error.code, message }
  return { name: 'RuntimeError', code: 'train-failed', message }
}

async function answer(runner: StepRunner, { kind, request }: EngineMessage) {
  switch (kind) {
    case 'step':
      return runner.step(request)
    case 'saveState':
      await runner.saveState(request.path)
      return undefined
    case 'saveModel':
      await runner.saveModel(request)
      return undefined
    default:
      return kind satisfies never
  }
}

async function start(asked: EngineStart): Promise<void> {
  try {
    const runner = await StepRunner.create(asked)
    // One after the other: a save must not see a step half done.
    let last: Promise<void> = Promise.resolve()
    parentPort?.on('message', (message: EngineMessage) => {
      last = last.then(async () => {
        try {
          reply({ kind: 'answer', id: message.id, answer: await answer(runner, message) })
        } catch (error) {
          reply({ kind: 'refused', id: message.id, failure: failureOf(error) })
        }
      })
    })
    reply({ kind: 'ready', warnings: runner.warnings })
  } catch (error) {
    reply({ kind: 'failed', failure: failureOf(error) })
    parentPort?.close()
  }
}

await start(workerData as EngineStart)
