import { parentPort, workerData } from 'node:worker_threads'
import { programThreadPort } from '../channel/index.ts'
import { createLocalSession } from './create-local-session.ts'
import { loadRuntime } from './onnx-runtime.ts'
import { serveSession } from './serve-session.ts'
import type { SessionThreadData } from './session-messages.ts'

/** The thread that owns one session, in Node. */

serveSession(programThreadPort(parentPort), (start) => createLocalSession(start, start))

const { backend } = workerData as SessionThreadData
// Loading takes a while, and the graph is on its way. Who asks for the session is told what fails.
await loadRuntime(backend).catch(() => {})
