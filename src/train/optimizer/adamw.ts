import { InputError, RuntimeError } from '../../errors/index.ts'
import { createKernels, type Kernels } from './kernels.ts'
import { type OptimizerState, restoreTensors, stateTensors } from './optimizer-state.ts'
import {
  type ParameterGroup,
  type TrainedParameter,
  trainedParameters,
} from './parameter-groups.ts'
import type { ParameterMemory, ParameterSlot } from './parameter-memory.ts'
import type { RowGradients, RowIds } from './row-gradients.ts'

export interface AdamWOptions {
  /** What a step keeps of the averages of the gradient and of its square. Default: 0.9, 0.999. */
  readonly betas?: readonly [first: number, second: number]
  /** Default: 1e-8. */
  readonly eps?: number
  /** A gradient with a larger norm is scaled down to this one. Default: Infinity. */
  readonly maxGradientNorm?: number
  /** What a step keeps of the average of the weights, where memory holds one. Default: 0.999. */
  readonly averageDecay?: number
}

export interface OptimizerStep {
  /** The global norm of the gradient, before it was clipped. */
  readonly gradientNorm: number
  /** The factor that clipping put on the gradient: 1 where it was short enough. */
  readonly clipFactor: number
}

/** The numbers one step uses for one group. */
interface StepFactors {
  readonly gradientScale: number
  readonly decay: number
  readonly secondRoot: number
  readonly negativeStep: number
}

/** Consecutive numbers of one parameter. */
interface Range {
  readonly start: number
  readonly count: number
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019), as torch.optim.AdamW computes it:
 *
 *     p ← p·(1 - lr·decay)       m ← m + (1-β1)·(g - m)       v ← β2·v + (1-β2)·g²
 *     p ← p - lr/(1-β1^t) · m / (√v/√(1-β2^t) + eps)
 *
 * where g is the mean gradient of the batches since the last step, clipped as
 * torch.nn.utils.clip_grad_norm_ does: g · min(1, max/(norm + 1e-6)). The average of the weights
 * follows torch.optim.swa_utils.get_ema_multi_avg_fn: after the first step the weights themselves,
 * then average + (1-decay)·(p - average).
 *
 * Sparse parameters end the same as if their gradient had come whole: a row that had a gradient
 * once goes on moving by its momentum; a row that never had one only decays, which is cheap.
 */
export class AdamW {
  readonly #memory: ParameterMemory
  readonly #kernels: Kernels
  readonly #trained: readonly TrainedParameter[]
  readonly #options: Required<AdamWOptions>
  #step = 0
  #batches = 0

  /**
   * @param groups every parameter that is not frozen, once; `parameterGroups` makes them
   * @throws InputError for groups or options that cannot be.
   */
  constructor(
    memory: ParameterMemory,
    groups: readonly ParameterGroup[],
    options: AdamWOptions = {},
  ) {
    this.#memory = memory
    this.#kernels = createKernels(memory.wasm)
    this.#trained = trainedParameters(memory, this.#kernels, groups)
    this.#options = checkedOptions(options)
  }

  /**
   * Takes the gradient rows [K,H] of a batch for the rows `ids` [K] of a sparse parameter; rows
   * that lie in the parameter's `gradient` are not copied.
   * @throws InputError for ids or sizes that do not fit the table.
   */
  addRows(name: string, ids: RowIds, rows: Float32Array): void {
    const gradients = this.#trained.find(({ slot }) => slot.name === name)?.rows
    if (gradients === undefined) {
      throw new InputError('parameter-not-sparse', `parameter ${name} takes no gradient rows`, {
        facts: { name },
      })
    }
    gradients.add(ids, rows)
  }

  /** Adds the gradients of one batch to the totals. Needs a memory made with `accumulation`. */
  accumulate(): void {
    for (const { slot, rows } of this.#trained) {
      if (rows !== undefined) continue
      const total = this.#memory.offset(slot.name, 'total')
      const gradient = this.#memory.offset(slot.name, 'gradient')
      if (this.#batches > 0) this.#kernels.add(total, gradient, slot.count)
      else this.#memory.view(slot.name, 'total').set(this.#memory.view(slot.name, 'gradient'))
    }
    this.#batches += 1
  }

  /**
   * Changes the parameters by the mean gradient of the accumulated batches; without `accumulation`,
   * by the gradient that lies in memory.
   * @param learningRateFactor of the schedule, on the learning rate of every group; default: 1
   * @param batches what the sum of the gradients is divided by; default: how many were accumulated
   * @throws RuntimeError, before any parameter changes, when the gradient has NaN or Infinity in it.
   */
  step(learningRateFactor = 1, batches = this.#batchCount()): OptimizerStep {
    const meanScale = 1 / batches
    const gradientNorm = Math.sqrt(this.#sumOfSquares()) * meanScale
    const clipFactor = Math.min(1, this.#options.maxGradientNorm / (gradientNorm + 1e-6))
    this.#step += 1
    for (const parameter of this.#trained) {
      const factors = this.#factorsOf(parameter.group, {
        learningRateFactor,
        gradientScale: meanScale * clipFactor,
      })
      if (parameter.rows === undefined) {
        this.#update(parameter.slot, { start: 0, count: parameter.slot.count }, factors)
      } else this.#updateRows(parameter, parameter.rows, factors)
      if (this.#memory.average) this.#updateAverage(parameter)
    }
    this.#batches = 0
    return { gradientNorm, clipFactor }
  }

  /**
   * What a later AdamW over the same parameters needs to go on bit for bit: views that the next
   * step changes. Not to be taken between `accumulate` and `step`.
   */
  state(): OptimizerState {
    return { step: this.#step, tensors: stateTensors(this.#memory, this.#trained) }
  }

  /**
   * Goes on from a state; the parameters themselves are the caller's to put back. Gradients not yet
   * used are forgotten.
   * @throws InputError when the state is not of these parameters and options.
   */
  restore({ step, tensors }: OptimizerState): void {
    restoreTensors(stateTensors(this.#memory, this.#trained), tensors)
    this.#step = step
    this.#batches = 0
    for (const { rows } of this.#trained) rows?.clear()
  }

  #batchCount(): number {
    if (!this.#memory.accumulation) return 1
    if (this.#batches > 0) return this.#batches
    throw new InputError(
      'optimizer-nothing-accumulated',
      'a step needs the gradient of at least one batch; call accumulate() after each batch',
    )
  }

  #sumOfSquares(): number {
    let sum = 0
    for (const { slot, rows } of this.#trained) {
      const own =
        rows?.sumOfSquares() ?? this.#kernels.sumOfSquares(this.#gradientOf(slot), slot.count)
      if (!Number.isFinite(own)) throw notFinite(slot.name, this.#step + 1)
      sum += own
    }
    return sum
  }

  /** The byte offset of the gradient that a step uses. */
  #gradientOf({ name, sparse }: ParameterSlot): number {
    const summed = sparse || this.#memory.accumulation
    return this.#memory.offset(name, summed ? 'total' : 'gradient')
  }

  #factorsOf(
    group: ParameterGroup,
    { learningRateFactor, gradientScale }: Record<'learningRateFactor' | 'gradientScale', number>,
  ): StepFactors {
    const [beta1, beta2] = this.#options.betas
    const learningRate = group.learningRate * learningRateFactor
    return {
      gradientScale,
      decay: Math.fround(1 - learningRate * group.weightDecay),
      secondRoot: 1 / Math.sqrt(1 - beta2 ** this.#step),
      negativeStep: -learningRate / (1 - beta1 ** this.#step),
    }
  }

  #update(slot: ParameterSlot, { start, count }: Range, factors: StepFactors): void {
    const { betas, eps } = this.#options
    const [beta1, beta2] = betas
    const at = (part: 'parameter' | 'firstMoment' | 'secondMoment') =>
      this.#memory.offset(slot.name, part) + start * 4
    this.#kernels.adamw(
      at('parameter'),
      this.#gradientOf(slot) + start * 4,
      at('firstMoment'),
      at('secondMoment'),
      count,
      factors.gradientScale,
      factors.decay,
      1 - beta1,
      beta2,
      1 - beta2,
      factors.secondRoot,
      eps,
      factors.negativeStep,
    )
  }

  #updateRows({ slot }: TrainedParameter, gradients: RowGradients, factors: StepFactors): void {
    for (const run of gradients.runs()) {
      const range = rangeOf(run, slot)
      if (run.touched) this.#update(slot, range, factors)
      else if (factors.decay !== 1) {
        const parameter = this.#memory.offset(slot.name, 'parameter')
        this.#kernels.scale(parameter + range.start * 4, range.count, factors.decay)
      }
    }
    gradients.clear()
  }

  #updateAverage({ slot, group, rows }: TrainedParameter): void {
    const { name, count } = slot
    if (this.#step === 1) {
      this.#memory.view(name, 'average').set(this.#memory.view(name, 'parameter'))
      return
    }
    // Without decay a row that never had a gradient still is what it was, and so is its average.
    const ranges =
      rows === undefined || group.weightDecay > 0
        ? [{ start: 0, count }]
        : [...rows.runs()].filter(({ touched }) => touched).map((run) => rangeOf(run, slot))
    const average = this.#memory.offset(name, 'average')
    const parameter = this.#memory.offset(name, 'parameter')
    const rate = 1 - this.#options.averageDecay
    for (const range of ranges) {
      const start = range.start * 4
      this.#kernels.moveTowards(average + start, parameter + start, range.count, rate)
    }
  }
}

function rangeOf(run: { firstRow: number; rows: number }, { shape }: ParameterSlot): Range {
  const width = shape[1] ?? 1
  return { start: run.firstRow * width, count: run.rows * width }
}

function checkedOptions(options: AdamWOptions): Required<AdamWOptions> {
  const { betas = [0.9, 0.999], eps = 1e-8, averageDecay = 0.999 } = options
  const { maxGradientNorm = Number.POSITIVE_INFINITY } = options
  requireBelow1('betas', betas[0])
  requireBelow1('betas', betas[1])
  requireBelow1('averageDecay', averageDecay)
  requirePositive('eps', eps)
  requirePositive('maxGradientNorm', maxGradientNorm)
  return { betas, eps, averageDecay, maxGradientNorm }
}

function requireBelow1(name: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw wrongOption(name, value, 'at least 0 and below 1')
}

function requirePositive(name: string, value: number): void {
  if (!(value > 0)) throw wrongOption(name, value, 'above 0')
}

function wrongOption(name: string, value: number, expected: string): InputError {
  return new InputError('optimizer-option', `${name} must be ${expected}, but is ${value}`, {
    facts: { name, value },
  })
}

function notFinite(name: string, step: number): RuntimeError {
  return new RuntimeError(
    'gradient-not-finite',
    `at step ${step} the gradient of ${name} has NaN or Infinity in it, and no parameter was ` +
      'changed; try a lower learning rate, a longer warm-up or a smaller maxGradientNorm',
    { facts: { name, step } },
  )
}
