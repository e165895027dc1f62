import type { HttpBindings } from '@hono/node-server'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { OpenRequest } from './access/index.ts'

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
