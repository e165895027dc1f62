import type {
  InferenceSession,
  Tensor as RuntimeTensor,
  TensorConstructor,
} from 'onnxruntime-common'
import { RuntimeError } from '../errors/index.ts'
import type { Backend } from './constants.ts'
import type { Tensor } from './session.ts'
import type { AttachedData, PlacedModel } from './weight-placement.ts'

/** What ONNX Runtime calls the part of it that computes. */
const PROVIDERS: Readonly<Record<Backend, string>> = {
  native: 'cpu',
  wasm: 'wasm',
  webgpu: 'webgpu',
}

/** The part of ONNX Runtime's interface yuju uses, which its native and web builds share. */
interface OnnxRuntime {
  readonly InferenceSession: typeof InferenceSession
  readonly Tensor: TensorConstructor
}

export interface LoadedRuntime {
  readonly backend: Backend
  readonly runtime: OnnxRuntime
  /** What a user should know of it. */
  readonly warnings: readonly string[]
}

export interface LocalSessionParts {
  readonly threads: number
  readonly loaded: LoadedRuntime
  /** The model's weight files, whole; undefined where the runtime maps them itself. */
  readonly files: readonly AttachedData[] | undefined
}

/** Tensors that a run shall write outputs to: for large ones that come with every run. */
export type Destinations = Readonly<Record<string, Tensor>>

/**
 * A session on the thread that calls it, which is blocked while a graph runs: for threads that have
 * nothing else to do.
 */
export class LocalSession {
  readonly backend: Backend
  /** What a user should know of the runtime. */
  readonly warnings: readonly string[]
  readonly #runtime: LoadedRuntime['runtime']
  readonly #session: InferenceSession

  private constructor({ runtime, backend, warnings }: LoadedRuntime, session: InferenceSession) {
    this.backend = backend
    this.warnings = warnings
    this.#runtime = runtime
    this.#session = session
  }

  /** @throws RuntimeError when the runtime refuses the graph. */
  static async create(
    placed: PlacedModel,
    { threads, loaded, files }: LocalSessionParts,
  ): Promise<LocalSession> {
    try {
      const session = await loaded.runtime.InferenceSession.create(placed.model, {
        graphOptimizationLevel: 'all',
        intraOpNumThreads: threads,
        // A memory plan would be kept for every shape of batch ever seen.
        enableMemPattern: false,
        externalData: [...placed.attached, ...(files ?? [])],
        executionProviders: [PROVIDERS[loaded.backend]],
        ...(loaded.backend === 'native'
          ? { extra: { session: nativeEntries(placed, files) } }
          : {}),
      })
      return new LocalSession(loaded, session)
    } catch (cause) {
      throw new RuntimeError(
        'runtime-session',
        `ONNX Runtime could not load the model: ${messageOf(cause)}`,
        { cause },
      )
    }
  }

  /**
   * Runs the graph and gives the requested outputs, and fills `destinations`, views that have exactly
   * their outputs' sizes. Inputs are read where they lie.
   * @throws RuntimeError when the runtime fails.
   */
  async run(
    inputs: Readonly<Record<string, Tensor>>,
    outputs: readonly string[],
    destinations: Destinations = {},
  ): Promise<Record<string, Tensor>> {
    const fetches = [...outputs.map((name) => [name, null]), ...this.#targets(destinations)]
    const results = await this.#results(inputs, Object.fromEntries(fetches))
    for (const [name, { data }] of Object.entries(destinations)) {
      if (this.backend !== 'native') (data as Float32Array).set(results[name]?.data as Float32Array)
    }
    const detached = outputs.map((name) => [name, detach(name, results[name])] as const)
    for (const result of Object.values(results)) result.dispose()
    return Object.fromEntries(detached)
  }

  /** Frees the session's memory. */
  async dispose(): Promise<void> {
    await this.#session.release()
  }

  /** The native runtime writes to them itself; WebAssembly gives results of its own. */
  #targets(destinations: Destinations): (readonly [string, RuntimeTensor | null])[] {
    return Object.entries(destinations).map(([name, tensor]) => [
      name,
      this.backend === 'native' ? this.#tensor(tensor) : null,
    ])
  }

  async #results(
    inputs: Readonly<Record<string, Tensor>>,
    fetches: Readonly<Record<string, RuntimeTensor | null>>,
  ): Promise<InferenceSession.OnnxValueMapType> {
    const feeds = Object.entries(inputs).map(([name, input]) => [name, this.#tensor(input)])
    try {
      return await this.#session.run(Object.fromEntries(feeds), fetches)
    } catch (cause) {
      throw new RuntimeError('runtime-run', `ONNX Runtime failed: ${messageOf(cause)}`, { cause })
    }
  }

  #tensor({ type, data, dims }: Tensor): RuntimeTensor {
    return new this.#runtime.Tensor(type, data, dims)
  }
}

/** Settings that only the native runtime has. */
function nativeEntries({ folder }: PlacedModel, files: readonly AttachedData[] | undefined) {
  return {
    // Without VNNI, sums of two products of 8 bits saturate at 16 bits (vpmaddubsw) unless weights
    // are first made unsigned. With VNNI this changes nothing.
    x64quantprecision: '1',
    ...(files === undefined && folder !== undefined
      ? { model_external_initializers_file_folder_path: folder }
      : {}),
  }
}

/** A copy that outlives the runtime's own memory and can change threads. */
function detach(name: string, result: InferenceSession.OnnxValueMapType[string] | undefined) {
  if (result?.type === 'float32') {
    const data = Float32Array.from(result.data as Float32Array)
    return { type: 'float32', dims: result.dims, data } as const
  }
  if (result?.type === 'int64') {
    const data = BigInt64Array.from(result.data as BigInt64Array)
    return { type: 'int64', dims: result.dims, data } as const
  }
  throw new RuntimeError('runtime-output', `output ${name} has a type that cannot be read`)
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
