import * as runtime from 'onnxruntime-web/webgpu'
import type { LoadedRuntime } from './local-session.ts'

/** ONNX Runtime on WebGPU, for a browser's worker. Must be called before the first session. */
export function webGpuRuntime(): LoadedRuntime {
  // Only what the graphics processor does not do is computed here.
  runtime.env.wasm.numThreads = 1
  runtime.env.logLevel = 'error'
  return { backend: 'webgpu', runtime, warnings: [] }
}
