import { Worker } from 'node:worker_threads'
import { RuntimeError } from '../errors/index.ts'
import type { Graph } from '../graph/index.ts'
import { physicalCores } from './physical-cores.ts'
import { placeWeights } from './place-weights.ts'
import type { Session, SessionOptions } from './session.ts'
import { type SessionThread, startSession } from './thread-session.ts'

/**
 * Gives a graph to ONNX Runtime, in a thread of its own.
 * @throws RuntimeError when the runtime cannot be loaded or refuses the graph.
 */
export async function createSession(
  graph: Graph,
  { threads = physicalCores(), backend }: SessionOptions = {},
): Promise<Session> {
  const worker = new Worker(new URL('./session-thread.js', import.meta.url), {
    name: 'yuju-session',
  })
  return startSession(nodeThread(worker), { ...placeWeights(graph), threads, backend })
}

function nodeThread(worker: Worker): SessionThread {
  let listener: Parameters<SessionThread['listen']> | undefined
  const end = (what: string, cause?: unknown) =>
    listener?.[1](
      new RuntimeError('runtime-ended', `the thread that runs the model ${what}`, { cause }),
    )
  worker.on('message', (reply) => listener?.[0](reply))
  worker.on('error', (cause) => end('failed', cause))
  worker.on('exit', () => end('stopped'))
  return {
    send: (message, buffers) => worker.postMessage(message, buffers),
    listen(...handlers) {
      listener = handlers
    },
    hold(isNeeded) {
      if (isNeeded) worker.ref()
      else worker.unref()
    },
    stop: async () => {
      await worker.terminate()
    },
  }
}
