// A program of its own: holds one model and serves the requests of the server's process.
import process from 'node:process'
import { notify, programPort, serve } from '../../channel/index.ts'
import { RuntimeError, type YujuError, yujuErrorOf } from '../../errors/index.ts'
import type { ProcessMethods } from './engine.ts'
import { LocalEngine, loadLocalModel } from './local-engine.ts'

const port = programPort(process)
let loaded: LocalEngine | undefined

function engine(): LocalEngine {
  if (!loaded) throw new RangeError('the model was not loaded')
  return loaded
}

/** At once: nothing here has to be saved, and the runtime does not like to be torn down at work. */
function end(): void {
  process.kill(process.pid, 'SIGKILL')
}

function failureOf(thrown: unknown): YujuError {
  const error = yujuErrorOf(thrown, (...parts) => new RuntimeError('engine-failed', ...parts))
  // Without its session the engine is of no use; what ends is replaced.
  if (loaded && error.code === 'runtime-ended') end()
  return error
}

// Signals go to a whole group of processes; when this one ends is for the server to say.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('disconnect', end)
serve<ProcessMethods>(
  port,
  {
    async load({ model, options }) {
      const onWarning = (message: string) => notify(port, message)
      loaded = new LocalEngine(await loadLocalModel(model, { ...options, onWarning }))
      return loaded.description
    },
    encode: (inputs) => engine().encode(inputs),
    tokenVectors: (inputs) => engine().tokenVectors(inputs),
    tokenize: (inputs) => engine().tokenize(inputs),
    decode: (inputs) => engine().decode(inputs),
    modelHash: () => engine().modelHash(),
  },
  failureOf,
)
