import type { Worker } from 'node:worker_threads'
import { CheckpointError, InputError, OutputError, RuntimeError } from '../../errors/index.ts'
import { startRuntimeThread } from '../../runtime/index.ts'
import type {
  EngineAnswers,
  EngineFailure,
  EngineReply,
  EngineRequests,
  EngineStart,
  RequestKind,
} from './messages.ts'

interface Waiting {
  readonly resolve: (answer: EngineAnswers[RequestKind]) => void
  readonly reject: (error: Error) => void
}

/**
 * Holds weights, gradients and the optimizer's state in a thread of its own, and computes steps
 * there, so that the next batch can be prepared meanwhile. Requests are answered in their order.
 */
export class TrainingEngine {
  readonly #worker: Worker
  readonly #warn: (message: string) => void
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #ended: Error | undefined

  private constructor(worker: Worker, warn: (message: string) => void) {
    this.#worker = worker
    this.#warn = warn
    worker.on('message', (reply: EngineReply) => this.#answer(reply))
    worker.on('error', (cause) => this.#end('the training thread failed', cause))
    worker.on('exit', () => this.#end('the training thread stopped'))
  }

  /**
   * @param warn is told what a user should know of the runtime
   * @throws RuntimeError when the runtime refuses a graph; CheckpointError for a damaged state.
   */
  static async start(start: EngineStart, warn: (message: string) => void): Promise<TrainingEngine> {
    const worker = startRuntimeThread(new URL('./engine-thread.js', import.meta.url), {
      workerData: start,
      name: 'yuju-training',
    })
    const engine = new TrainingEngine(worker, warn)
    await new Promise((resolve, reject) => engine.#waiting.set(0, { resolve, reject }))
    return engine
  }

  request<Kind extends RequestKind>(
    kind: Kind,
    request: EngineRequests[Kind],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<EngineAnswers[Kind]> {
    if (this.#ended) return Promise.reject(this.#ended)
    this.#lastId += 1
    const id = this.#lastId
    return new Promise<EngineAnswers[RequestKind]>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ id, kind, request }, [...transfer])
    }) as Promise<EngineAnswers[Kind]>
  }

  /** Frees all memory. Requests still waiting are refused. */
  async dispose(): Promise<void> {
    this.#end('the training engine was disposed')
    await this.#worker.terminate()
  }

  #answer(reply: EngineReply): void {
    if (reply.kind === 'ready') for (const warning of reply.warnings) this.#warn(warning)
    const id = 'id' in reply ? reply.id : 0
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if ('failure' in reply) waiting?.reject(errorOf(reply.failure))
    else waiting?.resolve(reply.kind === 'answer' ? reply.answer : undefined)
  }

  #end(message: string, cause?: unknown): void {
    this.#ended ??= new RuntimeError('train-thread', message, { cause })
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
    this.#waiting.clear()
  }
}

const ERROR_CLASSES = { CheckpointError, InputError, OutputError, RuntimeError } as const

/** Errors lose their class on the way between threads. */
function errorOf({ name, code, message }: EngineFailure): Error {
  const found = Object.entries(ERROR_CLASSES).find(([known]) => known === name)
  const ErrorClass = found?.[1] ?? RuntimeError
  return new ErrorClass(code, message)
}
