/** The tensors that cross the border to the runtime: numbers of pieces or masks in, vectors out. */
export type Tensor =
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array }
  | { readonly type: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'uint8'; readonly dims: readonly number[]; readonly data: Uint8Array }

/** What Node has: the native library, or WebAssembly, which runs everywhere. */
export const BACKENDS = ['native', 'wasm'] as const
/** Which ONNX Runtime runs the graph. `webgpu` is there in browsers only. */
export type Backend = (typeof BACKENDS)[number] | 'webgpu'

/** A graph, ready to run. Runs are answered in the order they were asked for. */
export interface Session {
  readonly backend: Backend
  /**
   * Runs the graph and gives one of its outputs. The buffers of `inputs` are handed over: they are
   * empty afterwards.
   * @throws RuntimeError when the runtime fails or the session was disposed.
   */
  run(inputs: Readonly<Record<string, Tensor>>, output: string): Promise<Tensor>
  /** Frees the session's memory and threads. Runs still waiting are refused. */
  dispose(): Promise<void>
}

export interface SessionOptions {
  /** Threads that share one run. Default: the machine's physical cores. */
  readonly threads?: number
  /** Default: native where it is installed, else wasm. */
  readonly backend?: Backend
}
