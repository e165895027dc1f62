import { type Port, serve, transfer } from '../channel/index.ts'
import { RuntimeError, yujuErrorOf } from '../errors/index.ts'
import type { LocalSession } from './local-session.ts'
import type { SessionMethods, SessionStart } from './session-messages.ts'

/**
 * The thread's side of a session: opens it, and answers runs. ONNX Runtime computes on the thread
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
