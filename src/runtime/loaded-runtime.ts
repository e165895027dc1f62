import type { InferenceSession, TensorConstructor } from 'onnxruntime-common'
import type { Backend } from './constants.ts'

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
