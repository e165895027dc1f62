import { setTimeout as pause } from 'node:timers/promises'

/** How LanceDB says that another program was faster, and that nothing of this step was kept. */
export const PREEMPTED =
  /commit conflict|preempted|too many concurrent writers|attempt to use an index more than once/i
const ATTEMPTS = 12
/** Milliseconds of the first pause; each one is twice as long as the one before, up to `LONGEST`. */
const FIRST = 50
const LONGEST = 5000

/** Does a step again while other programs are faster; of several that wait, none waits equally long. */
export async function retried<Result>(step: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await step()
    } catch (error) {
      const isPreempted = error instanceof Error && PREEMPTED.test(error.message)
      if (!isPreempted || attempt === ATTEMPTS) throw error
      await pause(Math.min(LONGEST, FIRST * 2 ** attempt) * (0.5 + Math.random() / 2))
    }
  }
}
