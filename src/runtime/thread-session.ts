import { type Channel, transfer } from '../channel/index.ts'
import { RuntimeError } from '../errors/index.ts'
import type { Backend } from './constants.ts'
import type { Session, Tensor } from './session.ts'
import type { SessionMethods, SessionStart } from './session-messages.ts'

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
