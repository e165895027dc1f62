import type { Backend } from './constants.ts'

/** The tensors that cross the border to the runtime: token ids or masks in, vectors out. */
export type Tensor =
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array }
  | { readonly type: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'uint8'; readonly dims: readonly number[]; readonly data: Uint8Array }

/** What a run is a part of. */
export interface Job {
  readonly runs: number
  /** Tokens of all texts. */
  readonly tokens: number
}

/** A graph, ready to run. */
export interface Session {
  readonly backend: Backend
  /** What a user should know of the runtime. */
  readonly warnings: readonly string[]
  /** Runs to request before the first of them is done, so that it never waits for the next. */
  readonly ahead: number
  /**
   * Runs the graph and gives one of its outputs. The buffers of `inputs` are handed over: they are
   * empty afterwards. Without a job it is one of its own.
   * @throws RuntimeError when the runtime fails or the session was disposed.
   */
  run(inputs: Readonly<Record<string, Tensor>>, output: string, job?: Job): Promise<Tensor>
  /** Frees the session's memory and threads. Runs still waiting are refused. */
  dispose(): Promise<void>
}

export interface RuntimeSessionOptions {
  /** Threads in all. Default: the machine's physical cores. */
  readonly threads?: number
  /** Copies of the model that share the threads when there is much to do. Default: 1. */
  readonly workers?: number
  /** Default: native where it is installed, else wasm. */
  readonly backend?: Backend
}
