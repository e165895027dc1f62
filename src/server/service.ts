import type { ModelRegistry } from './models/index.ts'
import type { ServerSettings } from './settings.ts'

/** What the routes work with. */
export interface Service {
  readonly models: ModelRegistry
  readonly settings: ServerSettings
  /** Unix seconds. */
  readonly startedAt: number
  readonly state: ServiceState
}

export interface ServiceState {
  /** Whether the server is stopping: what was begun is finished, and nothing is begun. */
  readonly isDraining: boolean
  /** Whether every model has something to run it. */
  isReady(): boolean
}
