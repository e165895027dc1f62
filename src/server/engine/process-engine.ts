import { type ChildProcess, fork } from 'node:child_process'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Argument, Channel, processPort, type Result } from '../../channel/index.ts'
import { type ErrorDetails, RuntimeError, type YujuError } from '../../errors/index.ts'
import type { EngineDescription, EngineMethod, LoadRequest, ProcessMethods } from './engine.ts'

/** Above 0, the usual one, is lower. */
const ENGINE_PRIORITY = 5

export interface ProcessEngineOptions {
  /** Seconds a job may take before the process is ended. */
  readonly jobTimeout: number
  readonly onWarning: (message: string) => void
}

/**
 * An engine in a process of its own. In a thread it would take the server down with it when the
 * runtime crashes, or when it is ended while the runtime is at work.
 */
export class ProcessEngine {
  readonly description: EngineDescription
  readonly pid: number | undefined
  /** Resolves with the reason when the process has ended, however that came. */
  readonly ended: Promise<YujuError | undefined>
  readonly #channel: Channel<ProcessMethods>
  readonly #jobTimeout: number

  private constructor(
    channel: Channel<ProcessMethods>,
    description: EngineDescription,
    { child, jobTimeout }: { readonly child: ChildProcess; readonly jobTimeout: number },
  ) {
    this.description = description
    this.pid = child.pid
    this.ended = new Promise((resolve) => child.once('exit', () => resolve(channel.ended)))
    this.#channel = channel
    this.#jobTimeout = jobTimeout
  }

  /**
   * Starts the process and loads the model.
   * @throws what `SentenceEncoder.load` throws.
   */
  static async start(
    request: LoadRequest,
    { jobTimeout, onWarning }: ProcessEngineOptions,
  ): Promise<ProcessEngine> {
    const child = fork(fileURLToPath(new URL('./engine-main.js', import.meta.url)), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    })
    // Requests are taken in, refused and answered at once, however busy the models are.
    if (child.pid !== undefined) setPriority(child.pid, ENGINE_PRIORITY)
    const channel = new Channel<ProcessMethods>(processPort(child), {
      died: engineCrashed,
      onNotice: onWarning,
    })
    try {
      return new ProcessEngine(channel, await channel.ask('load', request), { child, jobTimeout })
    } catch (error) {
      await channel.close()
      throw error
    }
  }

  get isReady(): boolean {
    return this.#channel.ended === undefined
  }

  /**
   * @throws RuntimeError `engine-crashed` when the process ends before its result; `engine-timeout`
   *   when it takes too long, and is ended for that.
   */
  async ask<Method extends EngineMethod>(
    method: Method,
    argument: Argument<ProcessMethods, Method>,
  ): Promise<Result<ProcessMethods, Method>> {
    const timer = this.#startTimer(method)
    try {
      return await this.#channel.ask(method, argument)
    } finally {
      clearTimeout(timer)
    }
  }

  dispose(): Promise<void> {
    return this.#channel.close()
  }

  /** A hash is made of all weights, which takes as long as their disk does. */
  #startTimer(method: EngineMethod): NodeJS.Timeout | undefined {
    if (method === 'modelHash') return undefined
    const end = () => this.#channel.close(engineTimeout(this.#jobTimeout))
    return setTimeout(end, this.#jobTimeout * 1000)
  }
}

function engineCrashed(how: string, details?: ErrorDetails): RuntimeError {
  return new RuntimeError(
    'engine-crashed',
    `the process that runs the model ${how}; another one takes its place, so try again; where this ` +
      'goes on, memory may be short: run fewer workers or models',
    details,
  )
}

function engineTimeout(seconds: number): RuntimeError {
  return new RuntimeError(
    'engine-timeout',
    `the model had no result within ${seconds} seconds, and its process was ended; ` +
      'where it is only slow, raise job-timeout',
    { facts: { seconds } },
  )
}
