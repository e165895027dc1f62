/** A request from when it came in until it is answered, or nobody waits for the response any more. */
export class OpenRequest {
  /** Bytes its body may have. */
  readonly bodyLimit: number
  readonly #abort = new AbortController()
  readonly #closers: (() => void)[] = []
  #isClosed = false
  /** Whether its response is sent a part at a time, long after its route has made it. */
  isStreamed = false

  constructor(bodyLimit: number) {
    this.bodyLimit = bodyLimit
  }

  /** Is aborted when the client goes away, and when the request has taken too long. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Calls `closer` when the request is over, however that comes; at once where it is already. */
  onClose(closer: () => void): void {
    if (this.#isClosed) closer()
    else this.#closers.push(closer)
  }

  /** Gives the request up: what is still being done for it has this reason to stop. */
  abort(reason: Error): void {
    this.#abort.abort(reason)
    this.close()
  }

  close(): void {
    this.#isClosed = true
    for (const closer of this.#closers.splice(0)) closer()
  }
}
