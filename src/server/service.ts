import type { AnswerMemory } from './access/index.ts'
import type { IndexRegistry } from './indexes/index.ts'
import type { ServerMetrics } from './metrics/index.ts'
import type { ModelRegistry } from './models/index.ts'
import type { ServerEvent } from './server-event.ts'
import type { ServerSettings } from './settings/index.ts'

/** What the routes work with. */
export interface Service {
  readonly models: ModelRegistry
  readonly indexes: IndexRegistry
  readonly settings: ServerSettings
  readonly memory: AnswerMemory
  readonly metrics: ServerMetrics
  readonly onEvent: (event: ServerEvent) => void
  /** Unix seconds. */
  readonly startedAt: number
  readonly state: ServiceState
}

export interface ServiceState {
  /** Whether new requests are refused, because the server is stopping. */
  readonly isClosed: boolean
  /** Whether the server should be sent requests: not once it is about to stop. */
  readonly isWanted: boolean
}
