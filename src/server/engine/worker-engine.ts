import { Worker } from 'node:worker_threads'
import { RuntimeError, type YujuError } from '../../errors/index.ts'
import type {
  DecodeRequest,
  Engine,
  ModelDescription,
  ModelInput,
  TextsWithPrompt,
} from './engine.ts'
import type {
  Answered,
  Asked,
  EngineMethod,
  EngineReply,
  EngineRequest,
  EngineStart,
} from './engine-messages.ts'
import { unpackFailure } from './thread-failure.ts'

interface Waiting {
  readonly resolve: (answer: never) => void
  readonly reject: (error: YujuError) => void
}

/** An engine on a thread of its own. */
export class WorkerEngine implements Engine {
  readonly description: ModelDescription
  readonly capacity = 2
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #ended: Promise<RuntimeError>
  #end: RuntimeError | undefined
  #lastId = 0

  private constructor(worker: Worker, description: ModelDescription) {
    this.description = description
    this.#worker = worker
    // A program may end where it waits for nothing.
    worker.unref()
    worker.on('message', (reply: EngineReply) => this.#take(reply))
    this.#ended = new Promise((resolve) => {
      const end = (cause?: unknown) => resolve(this.#stop(cause))
      worker.once('error', end)
      worker.once('exit', () => end())
    })
  }

  /**
   * Starts the thread and loads the model.
   * @throws what `SentenceEncoder.load` throws.
   */
  static async start(
    asked: EngineStart,
    onWarning: (message: string) => void,
  ): Promise<WorkerEngine> {
    const url = new URL('./engine-thread.js', import.meta.url)
    const worker = new Worker(url, { workerData: asked, name: 'yuju-engine' })
    worker.on('message', (reply: EngineReply) => {
      if (reply.kind === 'warning') onWarning(reply.message)
    })
    return new WorkerEngine(worker, await whenReady(worker))
  }

  get isReady(): boolean {
    return this.#end === undefined
  }

  /** Requests it has not answered yet. */
  get load(): number {
    return this.#waiting.size
  }

  /** Resolves with the reason when the thread has ended, however that came. */
  get ended(): Promise<RuntimeError> {
    return this.#ended
  }

  encode(inputs: readonly ModelInput[]) {
    return this.ask('encode', inputs)
  }

  pieceVectors(request: TextsWithPrompt) {
    return this.ask('pieceVectors', request)
  }

  tokenize(request: TextsWithPrompt) {
    return this.ask('tokenize', request)
  }

  decode(request: DecodeRequest) {
    return this.ask('decode', request)
  }

  /** @throws RuntimeError `engine-crashed` when the thread ends before it answers. */
  ask<Method extends EngineMethod>(
    method: Method,
    asked: Asked<Method>,
  ): Promise<Answered<Method>> {
    if (this.#end) return Promise.reject(this.#end)
    this.#lastId += 1
    const request: EngineRequest = { id: this.#lastId, method, asked }
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) this.#worker.ref()
      this.#waiting.set(request.id, { resolve, reject })
      this.#worker.postMessage(request)
    })
  }

  async dispose(): Promise<void> {
    await this.#worker.terminate()
  }

  #take(reply: EngineReply): void {
    if (reply.kind !== 'answer' && reply.kind !== 'refusal') return
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if (reply.kind === 'answer') waiting?.resolve(reply.answer as never)
    else waiting?.reject(unpackFailure(reply.failure))
  }

  #stop(cause: unknown): RuntimeError {
    this.#end ??= engineCrashed(cause)
    for (const { reject } of this.#waiting.values()) reject(this.#end)
    this.#waiting.clear()
    return this.#end
  }
}

function whenReady(worker: Worker): Promise<ModelDescription> {
  return new Promise((resolve, reject) => {
    const stopped = (cause: unknown) => reject(engineCrashed(cause))
    const settle = (reply: EngineReply) => {
      if (reply.kind === 'ready') resolve(reply.description)
      else if (reply.kind === 'failed') reject(unpackFailure(reply.failure))
      else return
      worker.off('message', settle)
      worker.off('error', stopped)
      worker.off('exit', stopped)
    }
    worker.on('message', settle)
    worker.once('error', stopped)
    worker.once('exit', stopped)
  })
}

function engineCrashed(cause?: unknown): RuntimeError {
  return new RuntimeError('engine-crashed', 'the thread that runs the model ended', { cause })
}
