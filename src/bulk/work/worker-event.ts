/** What a worker tells. */
export type WorkerEvent =
  | {
      readonly kind: 'done'
      readonly output: string
      readonly rows: number
      readonly seconds: number
      /** false: an earlier worker had committed it. */
      readonly isOurs: boolean
    }
  | {
      readonly kind: 'failed'
      readonly output: string
      readonly error: Error
      /** Whether it is on the dead-letter list now; else it is tried again. */
      readonly isLast: boolean
    }
  /** The worker that had this shard is not heard of any more: the shard waits again. */
  | { readonly kind: 'stalled'; readonly output: string }
  /** Redis is away, and is waited for; or back. */
  | { readonly kind: 'connection'; readonly isConnected: boolean }
  | { readonly kind: 'trouble'; readonly error: Error }
