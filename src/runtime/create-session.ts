import { Channel, threadPort } from '../channel/index.ts'
import { type ErrorDetails, RuntimeError } from '../errors/index.ts'
import type { Graph } from '../graph/index.ts'
import { placeWeights } from './create-local-session.ts'
import { physicalCores } from './processor.ts'
import type { RuntimeSessionOptions, Session } from './session.ts'
import { SessionPool } from './session-pool.ts'
import { startRuntimeThread } from './telemetry.ts'
import { type SessionMethods, type SessionThreadData, startSession } from './thread-session.ts'

type SessionThread = Channel<SessionMethods>

/**
 * Gives a graph to ONNX Runtime, in a thread of its own, or in several.
 * @throws RuntimeError when the runtime cannot be loaded or refuses the graph.
 */
export async function createSession(
  graph: Graph,
  options: RuntimeSessionOptions = {},
): Promise<Session> {
  await using starter = new SessionStarter(options)
  return await starter.open(graph)
}

/**
 * Starts a session's thread before there is a graph for it: the thread loads the runtime while the
 * program reads the model. To be disposed of once the session is open, or when none is wanted.
 */
export class SessionStarter implements AsyncDisposable {
  readonly #options: RuntimeSessionOptions
  #thread: SessionThread | undefined

  constructor(options: RuntimeSessionOptions) {
    this.#options = options
    this.#thread = startThread(options)
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
    await this.#thread?.close()
  }
}

function startThread({ backend }: RuntimeSessionOptions): SessionThread {
  const worker = startRuntimeThread(new URL('./session-thread.js', import.meta.url), {
    name: 'yuju-session',
    workerData: { backend } satisfies SessionThreadData,
  })
  return new Channel(threadPort(worker), { died })
}

function died(how: string, details?: ErrorDetails): RuntimeError {
  return new RuntimeError(
    'runtime-ended',
    `the thread that runs the model ${how}; load the model again`,
    details,
  )
}
