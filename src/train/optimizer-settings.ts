import { createSchedule, type Schedule, type ScheduleName } from './optimizer/index.ts'

/** How weights follow gradients; plain data, so that it can be sent and saved. */
export interface OptimizerOptions {
  /** At the top layer, before the schedule. */
  readonly learningRate: number
  /** Not for biases and LayerNorm. */
  readonly weightDecay: number
  /** Each layer's learning rate in terms of the one above; 1 for the same everywhere. */
  readonly layerDecay: number
  /** What a step keeps of the averages of the gradient and of its square. */
  readonly betas: readonly [first: number, second: number]
  readonly epsilon: number
  /** The most that all gradients together may measure; undefined for no limit. */
  readonly clipNorm: number | undefined
  /**
   * What a step keeps of the moving average of the weights, which is what is evaluated and saved
   * then; undefined for no average.
   */
  readonly averageDecay: number | undefined
}

/** As in sentence-transformers, whose reference is transformers' TrainingArguments. */
export const OPTIMIZER_DEFAULTS: OptimizerOptions = {
  learningRate: 2e-5,
  weightDecay: 0.01,
  layerDecay: 1,
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  clipNorm: 1,
  averageDecay: undefined,
}

/** What the learning rate does over the steps of a run. */
export interface ScheduleOptions {
  /** What the learning rate does after warming up: fall to 0 along a line or a cosine, or stay. */
  readonly kind: ScheduleName
  /** Steps in which the rate rises from 0; below 1, their share of all. */
  readonly warmup: number
}

export const SCHEDULE_DEFAULTS: ScheduleOptions = { kind: 'linear', warmup: 0.1 }

/** The factor on every learning rate at each of `steps` steps. */
export function scheduleOf(options: Partial<ScheduleOptions>, steps: number): Schedule {
  const { kind, warmup } = { ...SCHEDULE_DEFAULTS, ...options }
  return createSchedule(kind, { steps, warmup: warmup < 1 ? { share: warmup } : { steps: warmup } })
}
