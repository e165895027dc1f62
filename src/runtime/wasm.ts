import * as runtime from 'onnxruntime-web/wasm'
import type { LoadedRuntime } from './local-session.ts'

/** ONNX Runtime in WebAssembly, for a browser's worker. Must be called before the first session. */
export function webAssemblyRuntime(threads: number): LoadedRuntime {
  runtime.env.wasm.numThreads = threads
  runtime.env.logLevel = 'error'
  return { backend: 'wasm', runtime, warnings: [] }
}
