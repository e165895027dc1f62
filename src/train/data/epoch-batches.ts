import { checkedExample, type Dataset } from './dataset.ts'
import type { Random } from './random.ts'

/** How one pass over a data set is split into batches. */
export interface EpochOptions {
  /** Examples in a batch. */
  readonly batchSize: number
  /** The most examples times length of the longest. Default: no limit. */
  readonly budget?: number | undefined
  /** Batches whose examples are sorted by length together. */
  readonly window: number
  /** Whether a batch may hold a text twice. */
  readonly duplicates: boolean
  /** The group of each example, where every batch is to have examples of all groups. */
  readonly groups?: Uint8Array | undefined
}

/** One pass over a data set: which examples stand in which batch. */
export class EpochBatches {
  readonly #examples: Uint32Array
  readonly #ends: readonly number[]
  readonly #order: Uint32Array

  /** @param examples by batch; @param ends of the batches; @param order of the batches */
  constructor(examples: Uint32Array, ends: readonly number[], order: Uint32Array) {
    this.#examples = examples
    this.#ends = ends
    this.#order = order
  }

  get length(): number {
    return this.#ends.length
  }

  /** Indices of the examples of the batch that comes at `index`, from 0. */
  batch(index: number): Uint32Array {
    const which = this.#order[index] ?? 0
    const start = which === 0 ? 0 : this.#ends[which - 1]
    return this.#examples.subarray(start, this.#ends[which])
  }
}

/**
 * Shuffles all examples, deals the groups, if there are any, and sorts them by length inside windows of
 * several batches, so that a batch holds texts of about one length and little padding; fills batches in
 * this order, and shuffles the batches. Every example is in one batch.
 * @param lengths of the longest text of every example
 */
export function epochBatches(
  dataset: Dataset,
  lengths: Uint32Array,
  { random, ...options }: EpochOptions & { readonly random: Random },
): EpochBatches {
  const order = Uint32Array.from({ length: dataset.length }, (_, index) => index)
  random.shuffle(order)
  const groupOf = (example: number) => options.groups?.[example] ?? 0
  if (options.groups) order.set(dealt(order, groupOf))
  sortWindows(order, { lengths, groupOf, size: options.window * options.batchSize })
  const { examples, ends } = new BatchFiller(dataset, lengths, options).fill(order)
  const batches = Uint32Array.from({ length: ends.length }, (_, index) => index)
  random.shuffle(batches)
  return new EpochBatches(examples, ends, batches)
}

interface WindowOptions {
  readonly lengths: Uint32Array
  readonly groupOf: (example: number) => number
  /** Examples of a window. */
  readonly size: number
}

/** Examples of one length stay in the order they have. */
function sortWindows(order: Uint32Array, { lengths, groupOf, size }: WindowOptions): void {
  const lengthOf = (example: number) => lengths[example] ?? 0
  for (let start = 0; start < order.length; start += size) {
    const window = Array.from(order.subarray(start, start + size))
    window.sort((a, b) => lengthOf(a) - lengthOf(b))
    order.set(dealt(window, groupOf), start)
  }
}

/**
 * Merges groups so that any stretch has about the shares of the whole: the i-th of n examples of a group
 * comes at (i + ½) / n. Within a group the order stays.
 */
function dealt(examples: ArrayLike<number>, groupOf: (example: number) => number): number[] {
  const sizes = new Map<number, number>()
  const ranked = Array.from(examples, (example) => {
    const group = groupOf(example)
    const rank = sizes.get(group) ?? 0
    sizes.set(group, rank + 1)
    return { example, group, rank }
  })
  if (sizes.size > 1) {
    const shareOf = ({ group, rank }: (typeof ranked)[number]) =>
      (rank + 0.5) / (sizes.get(group) ?? 1)
    ranked.sort((a, b) => shareOf(a) - shareOf(b) || a.group - b.group)
  }
  return ranked.map(({ example }) => example)
}

/** How many examples that had to wait are tried for each batch, in multiples of its size. */
const WAITING_TRIED = 4

/**
 * Fills one batch after the other. An example that cannot be in a batch, because one of its texts
 * is there already, waits for the next one (as sentence-transformers' NoDuplicatesBatchSampler has
 * it).
 */
class BatchFiller {
  readonly #dataset: Dataset
  readonly #lengths: Uint32Array
  readonly #options: Omit<EpochOptions, 'window'>
  readonly #examples: Uint32Array
  readonly #ends: number[] = []
  readonly #texts = new Set<string>()
  #waiting: number[] = []
  #filled = 0
  #longest = 0

  constructor(dataset: Dataset, lengths: Uint32Array, options: EpochOptions) {
    this.#dataset = dataset
    this.#lengths = lengths
    this.#options = options
    this.#examples = new Uint32Array(dataset.length)
  }

  fill(order: Uint32Array): { readonly examples: Uint32Array; readonly ends: readonly number[] } {
    for (const example of order) {
      while (this.#isFull(example)) this.#close()
      this.#add(example)
    }
    while (this.#size > 0) this.#close()
    return { examples: this.#examples, ends: this.#ends }
  }

  get #size(): number {
    return this.#filled - (this.#ends.at(-1) ?? 0)
  }

  #isFull(example: number): boolean {
    const { budget = Number.POSITIVE_INFINITY } = this.#options
    const longest = Math.max(this.#longest, this.#lengths[example] ?? 0)
    return this.#size > 0 && (this.#size >= this.#limit || (this.#size + 1) * longest > budget)
  }

  /**
   * The most examples of this batch. Where nothing else ends batches, they are as equal as can be: a
   * last one of the few that are left would teach little, and of one nothing.
   */
  get #limit(): number {
    const { batchSize, budget, duplicates } = this.#options
    if (budget !== undefined || !duplicates) return batchSize
    const { length } = this.#dataset
    const count = Math.ceil(length / batchSize)
    const end = (batches: number) => Math.floor((batches * length) / count)
    return end(this.#ends.length + 1) - end(this.#ends.length)
  }

  /** Ends the batch, and begins the next one with examples that waited. */
  #close(): void {
    this.#ends.push(this.#filled)
    this.#texts.clear()
    this.#longest = 0
    const tried = this.#waiting.splice(0, WAITING_TRIED * this.#options.batchSize)
    const rest = this.#waiting
    this.#waiting = []
    for (const example of tried) {
      if (this.#isFull(example)) this.#waiting.push(example)
      else this.#add(example)
    }
    this.#waiting = this.#waiting.concat(rest)
  }

  #add(example: number): void {
    if (!this.#options.duplicates) {
      const { texts } = checkedExample(this.#dataset, example)
      if (texts.some((text) => this.#texts.has(text))) {
        this.#waiting.push(example)
        return
      }
      for (const text of texts) this.#texts.add(text)
    }
    this.#examples[this.#filled] = example
    this.#filled += 1
    this.#longest = Math.max(this.#longest, this.#lengths[example] ?? 0)
  }
}
