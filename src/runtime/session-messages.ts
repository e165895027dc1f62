import type { Backend } from './constants.ts'
import type { Session, Tensor } from './session.ts'
import type { PlacedModel } from './weight-placement.ts'

/** What a thread knows before it is told of a session. */
export interface SessionThreadData {
  readonly backend: Backend | undefined
}

/** What a session needs to start. */
export interface SessionStart extends PlacedModel {
  readonly threads: number
  readonly backend: Backend | undefined
}

export interface RunRequest {
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly output: string
}

/** What the thread that owns a session is asked: to open it, once and first; then runs. */
export interface SessionMethods<Start extends SessionStart = SessionStart> {
  open(start: Start): Pick<Session, 'backend' | 'warnings'>
  run(request: RunRequest): Tensor
}
