import { nextTurn } from '../encoder/index.ts'

/** How long work goes on before other work of the program has a turn, in milliseconds. */
const TURN = 2

/** Long work on the thread that calls it, which lets the program's other work go on meanwhile. */
export class Turns {
  #start = performance.now()

  /** Gives other work its turn, if this one has gone on for long enough. */
  async share(): Promise<void> {
    if (performance.now() - this.#start < TURN) return
    await nextTurn()
    this.#start = performance.now()
  }
}
