import { setTimeout as pause } from 'node:timers/promises'
import type { Argument, Result } from '../../channel/index.ts'
import { RuntimeError } from '../../errors/index.ts'
import type {
  DecodeInput,
  Engine,
  EngineDescription,
  EngineMethod,
  ModelInput,
  ProcessMethods,
  TextInput,
} from './engine.ts'
import type { ProcessEngine } from './process-engine.ts'

export interface EnginePoolOptions {
  readonly workers: number
  /** Starts a worker; called again whenever one has ended. */
  readonly start: () => Promise<ProcessEngine>
  /** Is called when a worker ended, or could not be started again. */
  readonly onTrouble: (error: unknown) => void
}

/** Milliseconds between attempts to start a worker again, doubled up to the longest. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 30_000

/**
 * Several workers as one engine, each of which has one job at a time, so that it is known which one
 * it is that takes too long. A worker that ends is replaced; the job it had is given to another one,
 * once.
 */
export class EnginePool implements Engine {
  readonly description: EngineDescription
  readonly #options: EnginePoolOptions
  readonly #workers: Set<ProcessEngine>
  /** Those that have a job. */
  readonly #lent = new Set<ProcessEngine>()
  readonly #stopped = new AbortController()
  readonly #wakers: (() => void)[] = []

  private constructor(
    workers: readonly [ProcessEngine, ...ProcessEngine[]],
    options: EnginePoolOptions,
  ) {
    this.description = workers[0].description
    this.#options = options
    this.#workers = new Set(workers)
    for (const worker of workers) void this.#watch(worker)
  }

  /** @throws what `start` throws. */
  static async start(options: EnginePoolOptions): Promise<EnginePool> {
    // The first one alone: it may have to download the model that the others find then.
    const first = await options.start()
    const others = Array.from({ length: options.workers - 1 }, () => options.start())
    return new EnginePool([first, ...(await Promise.all(others))], options)
  }

  /** One waits for the worker that is done first. */
  get capacity(): number {
    return this.#options.workers + 1
  }

  get isReady(): boolean {
    return this.#live().length > 0
  }

  encode(inputs: readonly ModelInput[]) {
    return this.#ask('encode', inputs)
  }

  tokenVectors(inputs: readonly TextInput[]) {
    return this.#ask('tokenVectors', inputs)
  }

  tokenize(inputs: readonly TextInput[]) {
    return this.#ask('tokenize', inputs)
  }

  decode(inputs: readonly DecodeInput[]) {
    return this.#ask('decode', inputs)
  }

  modelHash() {
    return this.#ask('modelHash', undefined)
  }

  async dispose(): Promise<void> {
    this.#stopped.abort()
    this.#wakeAll()
    await Promise.all([...this.#workers].map((worker) => worker.dispose()))
  }

  async #ask<Method extends EngineMethod>(
    method: Method,
    argument: Argument<ProcessMethods, Method>,
  ): Promise<Result<ProcessMethods, Method>> {
    try {
      return await this.#lend((worker) => worker.ask(method, argument))
    } catch (error) {
      if (!(error instanceof RuntimeError && error.code === 'engine-crashed')) throw error
      return await this.#lend((worker) => worker.ask(method, argument))
    }
  }

  /** Lends a worker for one job, as soon as one has none. */
  async #lend<Value>(job: (worker: ProcessEngine) => Promise<Value>): Promise<Value> {
    const worker = await this.#borrow()
    try {
      return await job(worker)
    } finally {
      this.#lent.delete(worker)
      this.#wakers.shift()?.()
    }
  }

  async #borrow(): Promise<ProcessEngine> {
    for (;;) {
      if (this.#stopped.signal.aborted) {
        throw new RuntimeError('engine-stopped', 'the model was unloaded')
      }
      const idle = this.#live().find((worker) => !this.#lent.has(worker))
      if (idle) {
        this.#lent.add(idle)
        return idle
      }
      await new Promise<void>((resolve) => this.#wakers.push(resolve))
    }
  }

  #live(): ProcessEngine[] {
    return [...this.#workers].filter(({ isReady }) => isReady)
  }

  async #watch(worker: ProcessEngine): Promise<void> {
    const reason = await worker.ended
    this.#workers.delete(worker)
    if (this.#stopped.signal.aborted) return
    this.#options.onTrouble(reason)
    await this.#replace()
  }

  async #replace(): Promise<void> {
    for (let delay = 0; !this.#stopped.signal.aborted; delay = nextPause(delay)) {
      try {
        if (delay > 0) await pause(delay, undefined, { signal: this.#stopped.signal })
        this.#welcome(await this.#options.start())
        return
      } catch (error) {
        if (!this.#stopped.signal.aborted) this.#options.onTrouble(error)
      }
    }
  }

  #welcome(worker: ProcessEngine): void {
    if (this.#stopped.signal.aborted) return void worker.dispose()
    this.#workers.add(worker)
    void this.#watch(worker)
    this.#wakeAll()
  }

  #wakeAll(): void {
    for (const wake of this.#wakers.splice(0)) wake()
  }
}

function nextPause(pauseBefore: number): number {
  return Math.min(LONGEST_PAUSE, Math.max(FIRST_PAUSE, pauseBefore * 2))
}
