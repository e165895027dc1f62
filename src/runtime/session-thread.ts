import { parentPort, workerData } from 'node:worker_threads'
import { YujuError } from '../errors/index.ts'
import { LocalSession } from './local-session.ts'
import type { RunRequest, SessionReply, SessionStart } from './session-messages.ts'

/**
 * The thread that owns one session. ONNX Runtime for Node computes on the thread that calls it: here
 * it may, and the thread that serves requests or draws progress stays free.
 */

function reply(message: SessionReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}

function failure(error: unknown) {
  return {
    code: error instanceof YujuError ? error.code : 'runtime-session',
    message: error instanceof Error ? error.message : String(error),
  }
}

async function start(asked: SessionStart): Promise<void> {
  try {
    const session = await LocalSession.create(asked, asked)
    parentPort?.on('message', (request: RunRequest) => run(session, request))
    reply({ kind: 'ready', backend: session.backend })
  } catch (error) {
    reply({ kind: 'failed', ...failure(error) })
    parentPort?.close()
  }
}

async function run(session: LocalSession, { id, inputs, output }: RunRequest): Promise<void> {
  try {
    const { [output]: tensor } = await session.run(inputs, [output])
    if (tensor) reply({ kind: 'result', id, tensor }, [tensor.data.buffer as ArrayBuffer])
  } catch (error) {
    reply({ kind: 'refused', id, ...failure(error) })
  }
}

await start(workerData as SessionStart)
