import { parentPort } from 'node:worker_threads'
import { createLocalSession } from './create-local-session.ts'
import { type ProgramPort, serveSession } from './serve-session.ts'
import type { SessionStart } from './session-messages.ts'

/** The thread that owns one session, in Node. */

const port: ProgramPort = {
  reply: (message, buffers) => parentPort?.postMessage(message, buffers),
  listen: (take) => parentPort?.on('message', take),
}

parentPort?.once('message', async (start: SessionStart) => {
  const isOpen = await serveSession(port, start, (asked) => createLocalSession(asked, asked))
  if (!isOpen) parentPort?.close()
})
