import { YujuError } from '../errors/index.ts'
import type { LocalSession } from './local-session.ts'
import type { RunRequest, SessionReply, SessionStart } from './session-messages.ts'

/** The program, as the thread that owns a session sees it. */
export interface ProgramPort {
  reply(message: SessionReply, buffers: ArrayBuffer[]): void
  /** Says who takes the program's requests. */
  listen(take: (request: RunRequest) => void): void
}

/**
 * The thread's side of a session: opens it, says so, and answers one run after the other. ONNX
 * Runtime computes on the thread that calls it: here it may, and the thread that serves requests or
 * draws progress stays free.
 * @returns whether the session could be opened
 */
export async function serveSession(
  port: ProgramPort,
  start: SessionStart,
  open: (start: SessionStart) => Promise<LocalSession>,
): Promise<boolean> {
  try {
    const session = await open(start)
    port.listen((request) => run(port, session, request))
    const { backend, warnings } = session
    port.reply({ kind: 'ready', backend, warnings }, [])
    return true
  } catch (error) {
    port.reply({ kind: 'failed', ...failure(error) }, [])
    return false
  }
}

async function run(
  port: ProgramPort,
  session: LocalSession,
  { id, inputs, output }: RunRequest,
): Promise<void> {
  try {
    const { [output]: tensor } = await session.run(inputs, [output])
    if (tensor) port.reply({ kind: 'result', id, tensor }, [tensor.data.buffer as ArrayBuffer])
  } catch (error) {
    port.reply({ kind: 'refused', id, ...failure(error) }, [])
  }
}

function failure(error: unknown) {
  return {
    code: error instanceof YujuError ? error.code : 'runtime-session',
    message: error instanceof Error ? error.message : String(error),
  }
}
