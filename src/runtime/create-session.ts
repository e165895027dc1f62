import { Worker } from 'node:worker_threads'
import { RuntimeError } from '../errors/index.ts'
import type { Graph } from '../graph/index.ts'
import { physicalCores } from './physical-cores.ts'
import { placeWeights } from './place-weights.ts'
import type { Session, SessionOptions } from './session.ts'
import { SessionPool } from './session-pool.ts'
import { type SessionThread, startSession } from './thread-session.ts'

/**
 * Gives a graph to ONNX Runtime, in a thread of its own, or in several.
 * @throws RuntimeError when the runtime cannot be loaded or refuses the graph.
 */
export function createSession(
  graph: Graph,
  { threads = physicalCores(), workers = 1, backend }: SessionOptions = {},
): Promise<Session> {
  const placed = placeWeights(graph)
  const open = (share: number) => {
    const worker = new Worker(new URL('./session-thread.js', import.meta.url), {
      name: 'yuju-session',
    })
    return startSession(nodeThread(worker), { ...placed, threads: share, backend })
  }
  return SessionPool.open(open, { threads, workers })
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
