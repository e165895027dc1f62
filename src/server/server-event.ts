/** What a server has to tell whoever runs it. Texts are in none of it, but for `body`. */
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
