import { InputError } from '../../errors/index.ts'
import { type BatchSource, requireAtLeast, SourcePasses } from './batch-source.ts'
import { checkedExample, type Example } from './dataset.ts'
import { type Mixture, mixture, shareOut } from './mixture.ts'

export interface BatchPlanOptions {
  /** All that is random follows from it. Default 0. */
  readonly seed?: number
  /** How often every example is seen. Default 1, where `batches` does not say. */
  readonly epochs?: number
  /** How many batches there are in all; overrules `epochs`. */
  readonly batches?: number
  /**
   * Batches whose examples are sorted by length together; with 1 there is no sorting. Default 64, or a
   * quarter of a data set's batches where that is less.
   */
  readonly window?: number
  /** How long a text is, for sorting and budgets. Default: its characters (code points). */
  readonly lengthOf?: (text: string) => number
}

/** Examples of one data set, to be trained on together. */
export interface Batch {
  /** From 0, through the whole run. */
  readonly index: number
  /** Index of the source it comes from. */
  readonly source: number
  /** Which pass over this data set it belongs to, from 1. */
  readonly epoch: number
  readonly examples: readonly Example[]
}

/**
 * Which examples are trained on in which batch of a run: every batch from one data set, the data
 * sets mixed by weight. Without weights each data set is seen `epochs` times, and its share follows
 * from its size; with weights there are as many batches, but smaller data sets may be seen more
 * often, and larger ones less.
 *
 * Batch n is a function of the data, the options and n alone: a run that goes on at batch n needs
 * nothing from before.
 */
export class BatchPlan {
  readonly #sources: readonly BatchSource[]
  readonly #passes: readonly SourcePasses[]
  readonly #mixture: Mixture

  /** @throws InputError for sizes, weights or data sets that make no sense. */
  constructor(sources: readonly BatchSource[], options: BatchPlanOptions = {}) {
    const { seed = 0, epochs = 1, batches, window, lengthOf = codePoints } = options
    requireSeed(seed)
    if (window !== undefined) requireAtLeast(1, window, 'window')
    requireAtLeast(1, batches ?? epochs, batches === undefined ? 'epochs' : 'batches')
    const weights = weightsOf(sources)
    this.#sources = sources
    this.#passes = sources.map(
      (source, index) => new SourcePasses(source, { seed, index, window, lengthOf }),
    )
    const passes = Array.from({ length: batches === undefined ? epochs : 1 }, (_, pass) =>
      this.#passes.map((source) => source.count(pass)),
    )
    this.#mixture = mixture(blocksOf(passes, weights, batches), seed)
  }

  /** How many batches there are. */
  get length(): number {
    return this.#mixture.source.length
  }

  /**
   * @param index from 0
   * @throws InputError when there is no such batch, or an example is not as its data set promises.
   */
  batch(index: number): Batch {
    const source = this.#mixture.source[index]
    const passes = source === undefined ? undefined : this.#passes[source]
    const dataset = source === undefined ? undefined : this.#sources[source]?.dataset
    if (source === undefined || !passes || !dataset) {
      throw new InputError('batch-index', `there is no batch ${index} among ${this.length}`)
    }
    const { pass, examples } = passes.batch(this.#mixture.ordinal[index] ?? 0)
    return {
      index,
      source,
      epoch: pass + 1,
      examples: Array.from(examples, (example) => checkedExample(dataset, example)),
    }
  }

  /** The batches from index `start` on. */
  *from(start = 0): Generator<Batch, void, void> {
    for (let index = start; index < this.length; index += 1) yield this.batch(index)
  }
}

/** Epochs are blocks of their own only where every data set is passed over once in each. */
function blocksOf(
  passes: readonly (readonly number[])[],
  weights: readonly number[] | undefined,
  batches: number | undefined,
): readonly (readonly number[])[] {
  const [first = []] = passes
  if (batches !== undefined) return [shareOut(batches, weights ?? first)]
  if (!weights) return passes
  return [
    shareOut(
      passes.flat().reduce((all, count) => all + count, 0),
      weights,
    ),
  ]
}

function weightsOf(sources: readonly BatchSource[]): readonly number[] | undefined {
  if (sources.length === 0) {
    throw new InputError(
      'batch-sources',
      'there is nothing to train on; give at least one data set',
    )
  }
  const weights = sources.flatMap(({ weight }) => weight ?? [])
  if (weights.length === 0) return undefined
  if (weights.length === sources.length && weights.every((w) => Number.isFinite(w) && w > 0)) {
    return weights
  }
  throw new InputError(
    'batch-weights',
    'weights must be positive numbers, given for all data sets or for none; got ' +
      sources.map(({ dataset, weight }) => `${dataset.name}: ${weight}`).join(', '),
  )
}

function requireSeed(seed: number): void {
  if (Number.isSafeInteger(seed) && seed >= 0) return
  throw new InputError('batch-seed', `seed must be a whole number from 0, but it is ${seed}`)
}

function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}
