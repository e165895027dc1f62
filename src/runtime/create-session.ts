import type { Worker } from 'node:worker_threads'
import { RuntimeError } from '../errors/index.ts'
import type { Graph } from '../graph/index.ts'
import { physicalCores } from './physical-cores.ts'
import { placeWeights } from './place-weights.ts'
import type { Session, SessionOptions } from './session.ts'
import type { SessionThreadData } from './session-messages.ts'
import { SessionPool } from './session-pool.ts'
import { startRuntimeThread } from './telemetry.ts'
import { type SessionThread, startSession } from './thread-session.ts'

/**
 * Gives a graph to ONNX Runtime, in a thread of its own, or in several.
 * @throws RuntimeError when the runtime cannot be loaded or refuses the graph.
 */
export async function createSession(graph: Graph, options: SessionOptions = {}): Promise<Session> {
  await using starter = new SessionStarter(options)
  return await starter.open(graph)
}

/**
 * Starts a session's thread before there is a graph for it: the thread loads the runtime while the
 * program reads the model. To be disposed of once the session is open, or when none is wanted.
 */
export class SessionStarter implements AsyncDisposable {
  readonly #options: SessionOptions
  #thread: SessionThread | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.#thread = startThread(options)
    this.#thread.hold(false)
  }

  /** As `createSession`. */
  open(graph: Graph): Promise<Session> {
    const { threads = physicalCores(), workers = 1, backend } = this.#options
    const placed = placeWeights(graph)
    const open = (share: number) => {
      const thread = this.#thread ?? startThread(this.#options)
      this.#thread = undefined
      return startSession(thread, { ...placed, threads: share, backend })
    }
    return SessionPool.open(open, { threads, workers })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread?.stop()
  }
}

function startThread({ backend }: SessionOptions): SessionThread {
  return nodeThread(
    startRuntimeThread(new URL('./session-thread.js', import.meta.url), {
      name: 'yuju-session',
      workerData: { backend } satisfies SessionThreadData,
    }),
  )
}

function nodeThread(worker: Worker): SessionThread {
  let listener: Parameters<SessionThread['listen']> | undefined
  let ended: RuntimeError | undefined
  const end = (what: string, cause?: unknown) => {
    ended ??= new RuntimeError('runtime-ended', `the thread that runs the model ${what}`, { cause })
    listener?.[1](ended)
  }
  worker.on('message', (reply) => listener?.[0](reply))
  worker.on('error', (cause) => end('failed', cause))
  worker.on('exit', () => end('stopped'))
  return {
    send: (message, buffers) => worker.postMessage(message, buffers),
    listen(...handlers) {
      listener = handlers
      if (ended) handlers[1](ended)
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
