export { BACKENDS, type Backend } from './constants.ts'
export {
  createLocalSession,
  type LocalSessionOptions,
  placeWeights,
} from './create-local-session.ts'
export { createSession, SessionStarter } from './create-session.ts'
export type { Destinations, LocalSession } from './local-session.ts'
export { runtimeVersion } from './onnx-runtime.ts'
export { instructionSets, physicalCores } from './processor.ts'
export type { RuntimeSessionOptions, Session, Tensor } from './session.ts'
export { workersFor } from './session-pool.ts'
export { startRuntimeThread } from './telemetry.ts'
export type { PlacedModel } from './weight-placement.ts'
