import type { MiddlewareHandler } from 'hono'
import type { AppEnv, ServiceState } from '../app.ts'
import { serverError } from '../failures/index.ts'

/** Counts the requests that are open, and turns away what would be too many of them. */
export class RequestLimit {
  readonly #most: number
  #open = 0
  #whenIdle: (() => void) | undefined

  constructor(most: number) {
    this.#most = most
  }

  get open(): number {
    return this.#open
  }

  /** Resolves when no request is open. */
  idle(): Promise<void> {
    if (this.#open === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#whenIdle = resolve
    })
  }

  middleware(state: ServiceState): MiddlewareHandler<AppEnv> {
    return async (call, next) => {
      if (state.isClosed) throw serverError('draining', 'the server is stopping')
      if (this.#open >= this.#most) {
        throw serverError('requests-too-many', `${this.#open} requests are open already`, {
          facts: { open: this.#open },
        })
      }
      this.#open += 1
      call.get('open').onClose(() => this.#leave())
      await next()
    }
  }

  #leave(): void {
    this.#open -= 1
    if (this.#open === 0) this.#whenIdle?.()
  }
}
