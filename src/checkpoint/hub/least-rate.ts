import { HubError } from '../../errors/index.ts'

/** Bytes a second: ten hours for the largest encoders. */
const LEAST_RATE = 10_000
/** How many stalls long a download may be slow. */
const STALLS = 4

/** Watches that a download goes on: what drips in would keep a program waiting for days. */
export class LeastRate {
  readonly #window: number
  readonly #paused: () => number
  #start: number
  #bytes = 0

  /**
   * @param stallTimeout in milliseconds
   * @param paused how long pauses have taken that are not to be counted
   */
  constructor(stallTimeout: number, paused: () => number) {
    this.#window = STALLS * stallTimeout
    this.#paused = paused
    this.#start = this.#now()
  }

  /**
   * Counts bytes that came.
   * @throws HubError when too few came since the last time that was looked at.
   */
  add(path: string, bytes: number): void {
    this.#bytes += bytes
    const elapsed = this.#now() - this.#start
    if (elapsed < this.#window) return
    const rate = (this.#bytes / elapsed) * 1000
    if (rate < LEAST_RATE) throw tooSlow(path, Math.round(rate))
    this.#start = this.#now()
    this.#bytes = 0
  }

  #now(): number {
    return performance.now() - this.#paused()
  }
}

function tooSlow(path: string, rate: number): HubError {
  return new HubError(
    'hub-too-slow',
    `${path} comes at ${rate} bytes a second, less than ${LEAST_RATE}; try again later, what arrived ` +
      'is kept, or name a mirror in HF_ENDPOINT',
    { facts: { path, rate, least: LEAST_RATE } },
  )
}
