import { InputError } from '../../errors/index.ts'
import { checkedExample, type Dataset, requireDataset } from './dataset.ts'
import { type EpochBatches, epochBatches } from './epoch-batches.ts'
import { Random } from './random.ts'

/** A data set, and how batches are made of it. */
export interface BatchSource {
  readonly dataset: Dataset
  /** Examples in a batch. */
  readonly batchSize: number
  /**
   * The most examples of a batch times the length of the longest of its texts; batches of long
   * texts are smaller then. Default: no limit.
   */
  readonly budget?: number
  /** The share of batches, relative to the other sources; given for all of them or for none. */
  readonly weight?: number
  /**
   * Whether a batch may hold a text twice; in-batch negatives forbid it. Default true; in training,
   * what the loss needs.
   */
  readonly duplicates?: boolean
  /**
   * Whether every batch is to hold low and high labels in about the shares of the whole, even where
   * labels go with length. Default false; in training, what the loss needs.
   */
  readonly mixLabels?: boolean
}

export interface PassOptions {
  readonly seed: number
  /** Among the sources: tells their random numbers apart. */
  readonly index: number
  /** Default: `MOST_WINDOW`, and at most a quarter of the batches. */
  readonly window: number | undefined
  readonly lengthOf: (text: string) => number
}

const MOST_WINDOW = 64

const PASS_STREAM = 2

/** The passes over one data set, each made when it is first asked for; the last one is kept. */
export class SourcePasses {
  readonly #source: BatchSource
  readonly #options: PassOptions
  /** Batches in each pass, as far as known. */
  readonly #counts: number[] = []
  #lengths: Uint32Array | undefined
  #groups: Uint8Array | undefined
  #kept: { readonly pass: number; readonly batches: EpochBatches } | undefined

  /** @throws InputError for a size that is none, or a data set that contradicts itself. */
  constructor(source: BatchSource, options: PassOptions) {
    requireDataset(source.dataset)
    requireAtLeast(1, source.batchSize, 'batchSize')
    if (source.budget !== undefined) requireAtLeast(1, source.budget, 'budget')
    this.#source = source
    this.#options = options
  }

  /** How many batches a pass has. */
  count(pass: number): number {
    const { dataset, batchSize, budget, duplicates = true } = this.#source
    const isFixed = budget === undefined && duplicates
    if (isFixed) return Math.ceil(dataset.length / batchSize)
    return this.#counts[pass] ?? this.#batches(pass).length
  }

  /** The indices of the examples of a batch, counted through all passes, and its pass, from 0. */
  batch(ordinal: number): { readonly pass: number; readonly examples: Uint32Array } {
    let pass = 0
    let within = ordinal
    while (within >= this.count(pass)) {
      within -= this.count(pass)
      pass += 1
    }
    return { pass, examples: this.#batches(pass).batch(within) }
  }

  #batches(pass: number): EpochBatches {
    if (this.#kept?.pass === pass) return this.#kept.batches
    const { dataset, batchSize, budget, duplicates = true, mixLabels = false } = this.#source
    const { seed, index, window = windowFor(dataset, batchSize) } = this.#options
    this.#lengths ??= exampleLengths(dataset, this.#options.lengthOf)
    if (mixLabels) this.#groups ??= labelGroups(dataset)
    const batches = epochBatches(dataset, this.#lengths, {
      batchSize,
      budget,
      window,
      duplicates,
      groups: this.#groups,
      random: Random.of(seed, PASS_STREAM, index, pass),
    })
    this.#counts[pass] = batches.length
    this.#kept = { pass, batches }
    return batches
  }
}

/**
 * Sorting a whole data set by length would give the same batches in every pass, and of one label each
 * where labels go with length. Reference: get_length_grouped_indices of transformers, whose windows are
 * at most a quarter of the data, too.
 */
function windowFor({ length }: Dataset, batchSize: number): number {
  return Math.max(1, Math.min(MOST_WINDOW, Math.floor(length / (4 * batchSize))))
}

function exampleLengths(dataset: Dataset, lengthOf: (text: string) => number): Uint32Array {
  return Uint32Array.from({ length: dataset.length }, (_, index) =>
    Math.max(...checkedExample(dataset, index).texts.map(lengthOf)),
  )
}

/**
 * Whether the label of each example is among the low ones (0) or the high ones (1); as many are low as
 * high, as far as equal labels let be parted. All are 0 where all labels are equal.
 */
export function labelGroups(dataset: Dataset): Uint8Array {
  const labels = Float64Array.from({ length: dataset.length }, (_, index) => {
    return checkedExample(dataset, index).label ?? 0
  })
  const least = leastHighLabel(labels.toSorted())
  return Uint8Array.from(labels, (label) => (label >= least ? 1 : 0))
}

/** The label whose first position in sorted labels is the nearest to the middle, but not the beginning. */
function leastHighLabel(sorted: Float64Array): number {
  let best = { label: Number.POSITIVE_INFINITY, distance: Number.POSITIVE_INFINITY }
  for (let at = 1; at < sorted.length; at += 1) {
    const label = sorted[at] ?? 0
    const distance = Math.abs(sorted.length / 2 - at)
    if (label !== sorted[at - 1] && distance < best.distance) best = { label, distance }
  }
  return best.label
}

/** @throws InputError when an option is no whole number, or too small. */
export function requireAtLeast(least: number, value: number, option: string): void {
  if (Number.isInteger(value) && value >= least) return
  throw new InputError(
    'batch-option',
    `${option} must be a whole number from ${least}, but it is ${value}`,
    { facts: { option, value } },
  )
}
