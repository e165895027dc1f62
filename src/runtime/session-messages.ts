import type { Backend } from './constants.ts'
import type { Session, Tensor } from './session.ts'
import type { PlacedModel } from './weight-placement.ts'

/** What a thread knows before it is told of a session. */
export interface SessionThreadData {
  readonly backend: Backend | undefined
}

/** What a session needs to start; the first thing its thread is told. */
export interface SessionStart extends PlacedModel {
  readonly threads: number
  readonly backend: Backend | undefined
}

/** From the session to its thread. */
export interface RunRequest {
  readonly id: number
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly output: string
}

/** What is said of a session that is open. */
export type SessionReady = Pick<Session, 'backend' | 'warnings'>

/** From the thread to its session: once `ready` or `failed`, then an answer to each run. */
export type SessionReply =
  | ({ readonly kind: 'ready' } & SessionReady)
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'result'; readonly id: number; readonly tensor: Tensor }
  | {
      readonly kind: 'refused'
      readonly id: number
      readonly code: string
      readonly message: string
    }
