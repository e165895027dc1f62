import { parentPort, workerData } from 'node:worker_threads'
import { SentenceEncoder } from '../../encoder/index.ts'
import { YujuError } from '../../errors/index.ts'
import type { EngineReply, EngineRequest, EngineStart } from './engine-messages.ts'
import { LocalEngine } from './local-engine.ts'
import { packFailure } from './thread-failure.ts'

/**
 * A thread that holds one encoder, so that cutting texts into pieces does not hold up the thread
 * that serves requests.
 */

function reply(message: EngineReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}

async function start({ model, options }: EngineStart): Promise<void> {
  try {
    const onWarning = (message: string) => reply({ kind: 'warning', message })
    const engine = new LocalEngine(await SentenceEncoder.load(model, { ...options, onWarning }))
    parentPort?.on('message', (request: EngineRequest) => void answer(engine, request))
    reply({ kind: 'ready', description: engine.description })
  } catch (error) {
    reply({ kind: 'failed', failure: packFailure(error) })
    parentPort?.close()
  }
}

async function answer(engine: LocalEngine, { id, method, asked }: EngineRequest): Promise<void> {
  try {
    const result = await engine[method](asked as never)
    reply({ kind: 'answer', id, answer: result }, buffersOf(result))
  } catch (error) {
    // Without its session the engine is of no use; ending the thread gets it replaced.
    if (error instanceof YujuError && error.code === 'runtime-ended') throw error
    reply({ kind: 'refusal', id, failure: packFailure(error) })
  }
}

/** Large results change hands instead of being copied. */
function buffersOf(result: unknown): ArrayBuffer[] {
  if (typeof result !== 'object' || result === null || !('data' in result)) return []
  const { data } = result
  return data instanceof Float32Array && data.buffer instanceof ArrayBuffer ? [data.buffer] : []
}

await start(workerData as EngineStart)
