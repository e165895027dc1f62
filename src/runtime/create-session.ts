import { Worker } from 'node:worker_threads'
import { RuntimeError } from '../errors/index.ts'
import type { Graph } from '../graph/index.ts'
import { physicalCores } from './physical-cores.ts'
import type { Backend, Session, SessionOptions, Tensor } from './session.ts'
import type { RunRequest, SessionReply, SessionStart } from './session-messages.ts'
import { placeWeights } from './weight-placement.ts'

/**
 * Gives a graph to ONNX Runtime, in a thread of its own.
 * @throws RuntimeError when the runtime cannot be loaded or refuses the graph.
 */
export async function createSession(
  graph: Graph,
  { threads = physicalCores(), backend }: SessionOptions = {},
): Promise<Session> {
  const asked: SessionStart = { ...placeWeights(graph), threads, backend }
  const worker = new Worker(new URL('./session-thread.js', import.meta.url), {
    workerData: asked,
    name: 'yuju-session',
  })
  return new ThreadSession(worker, await whenReady(worker))
}

function whenReady(worker: Worker): Promise<Backend> {
  return new Promise((resolve, reject) => {
    const stopped = (cause: unknown) =>
      reject(
        new RuntimeError('runtime-thread', 'the thread that runs the model did not start', {
          cause,
        }),
      )
    worker.once('error', stopped)
    worker.once('exit', stopped)
    worker.once('message', (reply: SessionReply) => {
      worker.off('error', stopped)
      worker.off('exit', stopped)
      if (reply.kind === 'ready') return resolve(reply.backend)
      const message = reply.kind === 'failed' ? reply.message : reply.kind
      const code = reply.kind === 'failed' ? reply.code : 'runtime-session'
      reject(new RuntimeError(code, message))
    })
  })
}

interface Waiting {
  readonly resolve: (tensor: Tensor) => void
  readonly reject: (error: RuntimeError) => void
}

class ThreadSession implements Session {
  readonly backend: Backend
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #ended: RuntimeError | undefined

  constructor(worker: Worker, backend: Backend) {
    this.backend = backend
    this.#worker = worker
    worker.on('message', (reply: SessionReply) => this.#answer(reply))
    worker.on('error', (cause) => this.#end('the thread that runs the model failed', cause))
    worker.on('exit', () => this.#end('the thread that runs the model stopped'))
    worker.unref()
  }

  run(inputs: Readonly<Record<string, Tensor>>, output: string): Promise<Tensor> {
    if (this.#ended) return Promise.reject(this.#ended)
    this.#lastId += 1
    const request: RunRequest = { id: this.#lastId, inputs, output }
    return new Promise((resolve, reject) => {
      // The program must not end while an answer is due, and may end when none is.
      if (this.#waiting.size === 0) this.#worker.ref()
      this.#waiting.set(request.id, { resolve, reject })
      const buffers = Object.values(inputs).map(({ data }) => data.buffer as ArrayBuffer)
      this.#worker.postMessage(request, buffers)
    })
  }

  async dispose(): Promise<void> {
    this.#end('the session was disposed')
    await this.#worker.terminate()
  }

  #answer(reply: SessionReply): void {
    if (reply.kind !== 'result' && reply.kind !== 'refused') return
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if (reply.kind === 'result') waiting?.resolve(reply.tensor)
    else waiting?.reject(new RuntimeError(reply.code, reply.message))
  }

  #end(message: string, cause?: unknown): void {
    this.#ended ??= new RuntimeError('runtime-ended', message, { cause })
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
    this.#waiting.clear()
  }
}
