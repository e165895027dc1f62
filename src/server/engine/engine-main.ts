// A program of its own: holds one encoder and answers what the server's process asks of it.
import process from 'node:process'
import { SentenceEncoder } from '../../encoder/index.ts'
import type { EngineReply, EngineRequest, EngineStart } from './engine-messages.ts'
import { LocalEngine } from './local-engine.ts'
import { packFailure } from './packed-failure.ts'

function reply(message: EngineReply): void {
  process.send?.(message)
}

/** At once: nothing here has to be saved, and the runtime does not like to be torn down at work. */
function end(): void {
  process.kill(process.pid, 'SIGKILL')
}

async function start({ model, options }: EngineStart): Promise<LocalEngine | undefined> {
  try {
    const onWarning = (message: string) => reply({ kind: 'warning', message })
    const engine = new LocalEngine(await SentenceEncoder.load(model, { ...options, onWarning }))
    reply({ kind: 'ready', description: engine.description })
    return engine
  } catch (error) {
    reply({ kind: 'failed', failure: packFailure(error) })
    return undefined
  }
}

async function answer(engine: LocalEngine, { id, method, asked }: EngineRequest): Promise<void> {
  try {
    reply({ kind: 'answer', id, answer: await engine[method](asked as never) })
  } catch (error) {
    const failure = packFailure(error)
    // Without its session the engine is of no use; what ends is replaced.
    if (failure.code === 'runtime-ended') return end()
    reply({ kind: 'refusal', id, failure })
  }
}

// Signals go to a whole group of processes; when this one ends is for the server to say.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('disconnect', end)
process.once('message', async (asked: EngineStart) => {
  const engine = await start(asked)
  if (engine) process.on('message', (request: EngineRequest) => void answer(engine, request))
})
