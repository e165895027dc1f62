import { parentPort, workerData } from 'node:worker_threads'
import { programThreadPort } from '../channel/index.ts'
import { createLocalSession } from './create-local-session.ts'
import { loadRuntime } from './onnx-runtime.ts'
import { type SessionThreadData, serveSession } from './thread-session.ts'

/** The thread that owns one session, in Node. */

serveSession(programThreadPort(parentPort), (start) => createLocalSession(start, start))

const { backend } = workerData as SessionThreadData
// Loading takes a while, and the graph is on its way. What fails is thrown again when the session is opened.
await loadRuntime(backend).catch(() => {})
