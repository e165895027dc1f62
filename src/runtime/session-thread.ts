import { parentPort, workerData } from 'node:worker_threads'
import { createLocalSession } from './create-local-session.ts'
import { loadRuntime } from './onnx-runtime.ts'
import { type ProgramPort, serveSession } from './serve-session.ts'
import type { SessionStart, SessionThreadData } from './session-messages.ts'

/** The thread that owns one session, in Node. */

const port: ProgramPort = {
  reply: (message, buffers) => parentPort?.postMessage(message, buffers),
  listen: (take) => parentPort?.on('message', take),
}

parentPort?.once('message', async (start: SessionStart) => {
  const isOpen = await serveSession(port, start, (asked) => createLocalSession(asked, asked))
  if (!isOpen) parentPort?.close()
})

const { backend } = workerData as SessionThreadData
// Loading takes a while, and the graph is on its way. Who asks for the session is told what fails.
await loadRuntime(backend).catch(() => {})
