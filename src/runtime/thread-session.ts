import { type Channel, type Port, serve, transfer } from '../channel/index.ts'
import { RuntimeError, yujuErrorOf } from '../errors/index.ts'
import type { Backend } from './constants.ts'
import type { LocalSession } from './local-session.ts'
import type { Session, Tensor } from './session.ts'
import type { PlacedModel } from './weight-placement.ts'

/** What a thread knows before its session is opened. */
export interface SessionThreadData {
  readonly backend: Backend | undefined
}

/** What a session needs to start. */
export interface SessionStart extends PlacedModel {
  readonly threads: number
  readonly backend: Backend | undefined
}

interface RunRequest {
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly output: string
}

/** The requests to the thread that owns a session: to open it, once and first; then runs. */
export interface SessionMethods<Start extends SessionStart = SessionStart> {
  open(start: Start): Pick<Session, 'backend' | 'warnings'>
  run(request: RunRequest): Tensor
}

/**
 * Gives a model to a thread, and waits until it is loaded.
 * @throws RuntimeError when the runtime cannot be loaded or refuses the model.
 */
export async function startSession<Start extends SessionStart>(
  thread: Channel<SessionMethods<Start>>,
  start: Start,
): Promise<Session> {
  try {
    return new ThreadSession(thread, await thread.ask('open', start))
  } catch (error) {
    await thread.close()
    throw error
  }
}

class ThreadSession implements Session {
  readonly backend: Backend
  readonly warnings: readonly string[]
  readonly ahead = 2
  readonly #thread: Channel<Pick<SessionMethods, 'run'>>

  constructor(
    thread: Channel<Pick<SessionMethods, 'run'>>,
    { backend, warnings }: ReturnType<SessionMethods['open']>,
  ) {
    this.backend = backend
    this.warnings = warnings
    this.#thread = thread
  }

  run(inputs: Readonly<Record<string, Tensor>>, output: string): Promise<Tensor> {
    const buffers = Object.values(inputs).map(({ data }) => data.buffer as ArrayBuffer)
    return this.#thread.ask('run', transfer({ inputs, output }, buffers))
  }

  dispose(): Promise<void> {
    return this.#thread.close(new RuntimeError('runtime-ended', 'the session was disposed'))
  }
}

/**
 * The thread's side of a session: opens it, and runs it. ONNX Runtime computes on the thread
 * that calls it: here it may, and the thread that serves requests or draws progress stays free.
 */
export function serveSession<Start extends SessionStart>(
  port: Port,
  open: (start: Start) => Promise<LocalSession>,
): void {
  let session: LocalSession | undefined
  serve<SessionMethods<Start>>(
    port,
    {
      async open(start) {
        session = await open(start)
        return { backend: session.backend, warnings: session.warnings }
      },
      async run({ inputs, output }) {
        const tensor = (await session?.run(inputs, [output]))?.[output]
        if (!tensor) throw new RuntimeError('runtime-output', `the graph has no output ${output}`)
        return transfer(tensor, [tensor.data.buffer as ArrayBuffer])
      },
    },
    (thrown) => yujuErrorOf(thrown, (...parts) => new RuntimeError('runtime-session', ...parts)),
  )
}
