export { BACKENDS, type Backend } from './constants.ts'
export { createLocalSession, type LocalSessionOptions } from './create-local-session.ts'
export { createSession, SessionStarter } from './create-session.ts'
export { instructionSets } from './instruction-sets.ts'
export type { Destinations, LocalSession } from './local-session.ts'
export { runtimeVersion } from './onnx-runtime.ts'
export { physicalCores } from './physical-cores.ts'
export { placeWeights } from './place-weights.ts'
export type {
  Session,
  SessionOptions,
  Tensor,
} from './session.ts'
export { workersFor } from './session-pool.ts'
export { startRuntimeThread } from './telemetry.ts'
export type { PlacedModel } from './weight-placement.ts'
