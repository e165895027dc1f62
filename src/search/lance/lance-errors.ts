import { setTimeout as pause } from 'node:timers/promises'
import { StoreError, YujuError } from '../../errors/index.ts'

/** How LanceDB says that another program was faster, and that nothing of this step was kept. */
const PREEMPTED =
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

/** What LanceDB says when a disk is full, and when files are missing or not what they should be. */
const REASONS: readonly [pattern: RegExp, code: string, advice: string][] = [
  // Two that make a table at once may both be let through: the index of the slower one is refused.
  [
    /\btable '.*' already exists|incompatible .* concurrent transaction overwrite/i,
    'store-exists',
    'another program has just made it; open it',
  ],
  [
    PREEMPTED,
    'store-busy',
    'other programs write to it all the time, and nothing of this step was kept. Do it again, with fewer at once',
  ],
  [
    /no space left|disk quota|os error (28|122)\b|file too large|os error 27\b/i,
    'store-disk-full',
    'the disk is full; nothing of this step was kept, and what was there before is whole. Make room, then do it again',
  ],
  [
    /permission denied|os error (13|30)\b|read-only/i,
    'store-unwritable',
    'it may not be written; choose another location',
  ],
  [
    /not found|corrupt|invalid|malformed|decode|unexpected|out of range|magic|failed to fill|sufficient data|panic/i,
    'store-damaged',
    'it is damaged: files are missing or changed. Put the folder back from a copy, or remove it and index again',
  ],
]

/** Why LanceDB failed, in words. */
export function lanceError(location: string, cause: unknown): YujuError {
  if (cause instanceof YujuError) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  const [, code, advice] = REASONS.find(([pattern]) => pattern.test(message)) ?? []
  const [reason = message] = message.split('\n')
  return new StoreError(
    code ?? 'store-failed',
    `the store ${location}: ${advice ?? 'LanceDB failed'} (${reason.slice(0, 300)})`,
    { facts: { location }, cause },
  )
}
