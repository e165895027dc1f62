import { RuntimeError } from '../errors/index.ts'
import type { Backend } from './constants.ts'
import type { Job, Session, Tensor } from './session.ts'

/** Each has a copy of the weights. */
const MOST_WORKERS = 4

/** How many workers share some threads by default: one a thread, at most 4. */
export function workersFor(threads: number): number {
  return Math.min(threads, MOST_WORKERS)
}

/** Opens one session of a graph. */
export type OpenSession = (threads: number) => Promise<Session>

export interface SessionPoolOptions {
  readonly threads: number
  readonly workers: number
}

/**
 * Tokens of a job from which it is worth to open the workers. That takes as long as they save with some
 * 8,000; a program that brings half of that at once will bring more.
 */
const WORTH_WORKERS = 4096

/**
 * A graph on all threads, and for jobs of many runs on several workers with a share of the threads
 * each. Threads that share a run wait for each other at every step of it: two workers of one thread
 * do 1.3 times as much as one of two threads (measured with 12 layers x 384), but a single run takes
 * longer. Workers are opened for the first job that is large enough: each has a copy of the weights.
 */
export class SessionPool implements Session {
  readonly #options: SessionPoolOptions
  readonly #open: OpenSession
  readonly #whole: Session
  #workers: readonly Worker[] = []
  #opening: Promise<void> | undefined
  #ended: RuntimeError | undefined

  private constructor(whole: Session, open: OpenSession, options: SessionPoolOptions) {
    this.#whole = whole
    this.#open = open
    this.#options = options
  }

  /** @throws RuntimeError when the graph cannot be opened. */
  static async open(open: OpenSession, options: SessionPoolOptions): Promise<Session> {
    const whole = await open(options.threads)
    // WebAssembly would be loaded once more for each.
    const isAlone = options.workers === 1 || whole.backend !== 'native'
    return isAlone ? whole : new SessionPool(whole, open, options)
  }

  get backend(): Backend {
    return this.#whole.backend
  }

  get warnings(): readonly string[] {
    return this.#whole.warnings
  }

  get ahead(): number {
    return this.#options.workers * 2
  }

  run(
    inputs: Readonly<Record<string, Tensor>>,
    output: string,
    { runs, tokens }: Job = { runs: 1, tokens: 0 },
  ): Promise<Tensor> {
    if (this.#ended) return Promise.reject(this.#ended)
    if (tokens >= WORTH_WORKERS) this.#opening ??= this.#openWorkers()
    const session = runs === 1 ? this.#whole : (this.#idlest() ?? this.#whole)
    return session.run(inputs, output)
  }

  async dispose(): Promise<void> {
    this.#ended ??= new RuntimeError('runtime-ended', 'the session was disposed')
    await this.#opening
    await Promise.all([this.#whole, ...this.#workers].map((session) => session.dispose()))
  }

  async #openWorkers(): Promise<void> {
    const { workers, threads } = this.#options
    const share = Math.max(1, Math.floor(threads / workers))
    const opened = await Promise.allSettled(
      Array.from({ length: workers }, () => this.#open(share)),
    )
    const sessions = opened.flatMap((result) =>
      result.status === 'fulfilled' ? [new Worker(result.value)] : [],
    )
    // Where there is no memory for all of them, the one session goes on alone.
    if (sessions.length === workers) this.#workers = sessions
    else await Promise.all(sessions.map((session) => session.dispose()))
  }

  #idlest(): Worker | undefined {
    return this.#workers.reduce<Worker | undefined>(
      (idlest, worker) => (idlest && idlest.load <= worker.load ? idlest : worker),
      undefined,
    )
  }
}

/** A session, and how many of its runs are not done. */
class Worker {
  readonly #session: Session
  #load = 0

  constructor(session: Session) {
    this.#session = session
  }

  get load(): number {
    return this.#load
  }

  async run(inputs: Readonly<Record<string, Tensor>>, output: string): Promise<Tensor> {
    this.#load += 1
    try {
      return await this.#session.run(inputs, output)
    } finally {
      this.#load -= 1
    }
  }

  dispose(): Promise<void> {
    return this.#session.dispose()
  }
}
