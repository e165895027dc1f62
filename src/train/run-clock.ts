/** How fast a run goes and how long it has to go. */
export class RunClock {
  readonly #start = performance.now()
  readonly #steps: number
  readonly #first: number
  #texts = 0

  /** @param first the step this session begins with; earlier ones took another session's time */
  constructor(steps: number, first: number) {
    this.#steps = steps
    this.#first = first
  }

  count(texts: number): void {
    this.#texts += texts
  }

  get seconds(): number {
    return (performance.now() - this.#start) / 1000
  }

  get textsPerSecond(): number {
    return this.#texts / this.seconds
  }

  /** Seconds until the last step, if it goes on as it went. */
  secondsLeft(step: number): number {
    const done = step - this.#first
    return done === 0 ? Number.POSITIVE_INFINITY : (this.seconds / done) * (this.#steps - step)
  }
}
