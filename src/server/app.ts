import type { HttpBindings } from '@hono/node-server'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { OpenRequest, ResponseMemory } from './access/index.ts'
import type { IndexRegistry } from './indexes/index.ts'
import type { ModelRegistry } from './models/index.ts'
import type { ServerMetrics } from './server-metrics.ts'
import type { ServerSettings } from './settings/index.ts'

/** What the middleware leaves for the routes. */
export interface AppEnv {
  /** What `listen` hands over with a request; nothing, where another program has the port. */
  readonly Bindings: Partial<HttpBindings> & {
    /** Whether only programs on this machine reach the port. */
    readonly isLoopback?: boolean
  }
  readonly Variables: {
    readonly requestId: string
    /** Of requests with a body. */
    readonly open: OpenRequest
    /** What was sent, once it is known to be what its route takes. */
    readonly body: unknown
  }
}

export type App = OpenAPIHono<AppEnv>
export type Call = Context<AppEnv>

/** What the routes work with. */
export interface Service {
  readonly models: ModelRegistry
  readonly indexes: IndexRegistry
  readonly settings: ServerSettings
  readonly memory: ResponseMemory
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

/** What a server reports to whoever runs it. Texts are in none of it, but for `body`. */
export type ServerEvent =
  | RequestEvent
  /** A worker ended or did not start again; a new attempt is made. */
  | { readonly kind: 'trouble'; readonly model: string; readonly error: unknown }
  /** Something about a model that its user should know. */
  | { readonly kind: 'warning'; readonly model: string; readonly message: string }

/** A request was answered. */
export interface RequestEvent {
  readonly kind: 'request'
  readonly id: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly seconds: number
  /** Why it was refused, where it was. */
  readonly error: unknown
  /** What was sent, with its texts: to be logged on purpose only. */
  readonly body: unknown
}
