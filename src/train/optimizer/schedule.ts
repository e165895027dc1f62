import { InputError } from '../../errors/index.ts'

export const SCHEDULES = ['linear', 'cosine', 'constant'] as const
export type ScheduleName = (typeof SCHEDULES)[number]

/** How long the learning rate rises from 0: so many steps, or a share of all steps, rounded up. */
export type Warmup = { readonly steps: number } | { readonly share: number }

export interface ScheduleSteps {
  /** Optimizer steps of the whole training. */
  readonly steps: number
  /** Default: none. */
  readonly warmup?: Warmup
}

/** The factor on the learning rate at a step, counted from 0. */
export type Schedule = (step: number) => number

/**
 * A factor that rises from 0 to 1 during the warm-up; then, with x from 0 to 1 over the steps left,
 * linear: 1 - x; cosine: (1 + cos(π·x)) / 2; constant: 1.
 * Reference: get_linear_, get_cosine_ and get_constant_schedule_with_warmup of transformers.
 * @throws InputError for steps that are no whole number, or a share outside 0 to 1.
 */
export function createSchedule(name: ScheduleName, options: ScheduleSteps): Schedule {
  const { steps } = options
  requireCount('steps', steps)
  const warmupSteps = warmupStepsOf(options)
  const rest = Math.max(1, steps - warmupSteps)
  return (step) =>
    step < warmupSteps
      ? step / warmupSteps
      : decayed(name, { done: (step - warmupSteps) / rest, left: (steps - step) / rest })
}

/** @param shares of the steps after the warm-up; only where there are none is done + left not 1 */
function decayed(name: ScheduleName, shares: { done: number; left: number }): number {
  switch (name) {
    case 'linear':
      return Math.max(0, shares.left)
    case 'cosine':
      return Math.max(0, (1 + Math.cos(Math.PI * shares.done)) / 2)
    case 'constant':
      return 1
    default:
      return name satisfies never
  }
}

function warmupStepsOf({ steps, warmup = { steps: 0 } }: ScheduleSteps): number {
  if ('steps' in warmup) {
    requireCount('warmup.steps', warmup.steps)
    return warmup.steps
  }
  if (warmup.share >= 0 && warmup.share <= 1) return Math.ceil(steps * warmup.share)
  throw new InputError(
    'schedule-warmup-share',
    `the warm-up's share of all steps must be from 0 to 1, but is ${warmup.share}`,
    { facts: { share: warmup.share } },
  )
}

function requireCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return
  throw new InputError(
    'schedule-steps',
    `${name} of a schedule must be a whole number from 0, but is ${value}`,
    { facts: { name, value } },
  )
}
