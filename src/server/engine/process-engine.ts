import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { RuntimeError, type YujuError } from '../../errors/index.ts'
import type { DecodeInput, Engine, ModelDescription, ModelInput, TextInput } from './engine.ts'
import type {
  Answered,
  Asked,
  EngineMethod,
  EngineReply,
  EngineRequest,
  EngineStart,
} from './engine-messages.ts'
import { unpackFailure } from './packed-failure.ts'

/** Above 0, the usual one, is lower. */
const ENGINE_PRIORITY = 5

interface Waiting {
  readonly resolve: (answer: never) => void
  readonly reject: (error: YujuError) => void
  readonly timer: NodeJS.Timeout | undefined
}

export interface ProcessEngineOptions {
  /** Seconds a job may take before the process is ended. */
  readonly jobTimeout: number
  readonly onWarning: (message: string) => void
}

/**
 * An engine in a process of its own. In a thread it would take the server down with it when the
 * runtime crashes, or when it is ended while the runtime is at work.
 */
export class ProcessEngine implements Engine {
  readonly description: ModelDescription
  readonly capacity = 2
  /** Resolves with the reason when the process has ended, however that came. */
  readonly ended: Promise<RuntimeError>
  readonly #child: ChildProcess
  readonly #jobTimeout: number
  readonly #waiting = new Map<number, Waiting>()
  #end: RuntimeError | undefined
  #lastId = 0

  private constructor(child: ChildProcess, description: ModelDescription, jobTimeout: number) {
    this.description = description
    this.#child = child
    this.#jobTimeout = jobTimeout
    child.on('message', (reply: EngineReply) => this.#take(reply))
    child.on('error', () => {})
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(this.#stop(engineCrashed({ code, signal }))))
    })
    this.#keepProgram(false)
  }

  /**
   * Starts the process and loads the model.
   * @throws what `SentenceEncoder.load` throws.
   */
  static async start(
    asked: EngineStart,
    { jobTimeout, onWarning }: ProcessEngineOptions,
  ): Promise<ProcessEngine> {
    const child = fork(fileURLToPath(new URL('./engine-main.js', import.meta.url)), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    })
    // Requests are taken in, refused and answered at once, however busy the models are.
    if (child.pid !== undefined) setPriority(child.pid, ENGINE_PRIORITY)
    child.on('message', (reply: EngineReply) => {
      if (reply.kind === 'warning') onWarning(reply.message)
    })
    child.send(asked)
    try {
      return new ProcessEngine(child, await whenReady(child), jobTimeout)
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  }

  get isReady(): boolean {
    return this.#end === undefined
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  encode(inputs: readonly ModelInput[]) {
    return this.ask('encode', inputs)
  }

  tokenVectors(inputs: readonly TextInput[]) {
    return this.ask('tokenVectors', inputs)
  }

  tokenize(inputs: readonly TextInput[]) {
    return this.ask('tokenize', inputs)
  }

  decode(inputs: readonly DecodeInput[]) {
    return this.ask('decode', inputs)
  }

  modelHash() {
    return this.ask('modelHash', undefined)
  }

  /**
   * @throws RuntimeError `engine-crashed` when the process ends before it answers; `engine-timeout`
   *   when it takes too long, and is ended for that.
   */
  ask<Method extends EngineMethod>(
    method: Method,
    asked: Asked<Method>,
  ): Promise<Answered<Method>> {
    if (this.#end) return Promise.reject(this.#end)
    this.#lastId += 1
    const request: EngineRequest = { id: this.#lastId, method, asked }
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject, timer: this.#startTimer(method) })
      this.#keepProgram(true)
      // Where sending fails the process is ending, and its end is the answer.
      this.#child.send(request, () => {})
    })
  }

  async dispose(): Promise<void> {
    if (this.#end) return
    const exit = once(this.#child, 'exit')
    this.#keepProgram(true)
    this.#child.kill('SIGKILL')
    await exit
  }

  #take(reply: EngineReply): void {
    if (reply.kind !== 'answer' && reply.kind !== 'refusal') return
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    clearTimeout(waiting?.timer)
    if (this.#waiting.size === 0) this.#keepProgram(false)
    if (reply.kind === 'answer') waiting?.resolve(reply.answer as never)
    else waiting?.reject(unpackFailure(reply.failure))
  }

  /** A hash is made of all weights, which takes as long as their disk does. */
  #startTimer(method: EngineMethod): NodeJS.Timeout | undefined {
    if (method === 'modelHash') return undefined
    return setTimeout(() => {
      this.#stop(engineTimeout(this.#jobTimeout))
      this.#child.kill('SIGKILL')
    }, this.#jobTimeout * 1000)
  }

  /** The program must not end while an answer is due, and may end when none is. */
  #keepProgram(isKept: boolean): void {
    const { channel } = this.#child
    if (isKept) {
      this.#child.ref()
      channel?.ref()
    } else {
      this.#child.unref()
      channel?.unref()
    }
  }

  #stop(reason: RuntimeError): RuntimeError {
    this.#end ??= reason
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer)
      reject(this.#end)
    }
    this.#waiting.clear()
    return this.#end
  }
}

function whenReady(child: ChildProcess): Promise<ModelDescription> {
  return new Promise((resolve, reject) => {
    const stopped = (code: unknown) => reject(engineCrashed({ code }))
    const settle = (reply: EngineReply) => {
      if (reply.kind === 'ready') resolve(reply.description)
      else if (reply.kind === 'failed') reject(unpackFailure(reply.failure))
      else return
      child.off('message', settle)
      child.off('error', stopped)
      child.off('exit', stopped)
    }
    child.on('message', settle)
    child.once('error', stopped)
    child.once('exit', stopped)
  })
}

function engineCrashed(facts: Readonly<Record<string, unknown>>): RuntimeError {
  return new RuntimeError('engine-crashed', 'the process that runs the model ended', { facts })
}

function engineTimeout(seconds: number): RuntimeError {
  return new RuntimeError(
    'engine-timeout',
    `the model had no answer within ${seconds} seconds, and its process was ended; ` +
      'where it is only slow, raise job-timeout',
    { facts: { seconds } },
  )
}
