/** What runs graphs in Node and in browsers alike: the way in for code that both run. */

export type { Backend } from './constants.ts'
export type { LoadedRuntime } from './loaded-runtime.ts'
export { LocalSession } from './local-session.ts'
export { serveSession } from './serve-session.ts'
export type { Session, Tensor } from './session.ts'
export type { SessionMethods, SessionStart } from './session-messages.ts'
export { startSession } from './thread-session.ts'
export { type AttachedData, type PlacedModel, placeModel } from './weight-placement.ts'
