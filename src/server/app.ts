import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'

/** What the middleware leaves for the routes. */
export interface AppEnv {
  readonly Variables: {
    readonly requestId: string
    /** Is aborted when the client goes away, and when the request has taken too long. */
    readonly signal: AbortSignal
    /** What was sent, once it is known to be what its route takes. */
    readonly body: unknown
  }
}

export type App = OpenAPIHono<AppEnv>
export type Call = Context<AppEnv>
