/** What runs graphs both in Node and in browsers: the way in for code that both run. */

export type { Backend } from './constants.ts'
export { type LoadedRuntime, LocalSession } from './local-session.ts'
export type { Session, Tensor } from './session.ts'
export {
  type SessionMethods,
  type SessionStart,
  serveSession,
  startSession,
} from './thread-session.ts'
export { type AttachedData, type PlacedModel, placeModel } from './weight-placement.ts'
