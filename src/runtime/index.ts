export { createSession } from './create-session.ts'
export { type Destinations, LocalSession, type LocalSessionOptions } from './local-session.ts'
export { runtimeVersion } from './onnx-runtime.ts'
export { physicalCores } from './physical-cores.ts'
export {
  BACKENDS,
  type Backend,
  type Session,
  type SessionOptions,
  type Tensor,
} from './session.ts'
export { type PlacedModel, placeWeights } from './weight-placement.ts'
