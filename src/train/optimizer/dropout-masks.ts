import { InputError } from '../../errors/index.ts'
import { Memory, PAGE_BYTES } from '../../web-assembly/index.ts'
import { createKernels, type Kernels } from './kernels.ts'

export interface MaskOptions {
  /** The optimizer step, or whatever counts the batches: from 0 to 2^32 - 1. */
  readonly step: number
  /** Which dropout of the model: from 0 to 2^32 - 1. */
  readonly site: number
  /** The chance of an element to be dropped: at least 0, below 1; steps of 2^-16. */
  readonly probability: number
}

/** Masks of 32 elements at a time; what fits a page. */
const GROUP = 32
const CHUNK = PAGE_BYTES

/**
 * Random masks for dropout. An element depends on the seed, the step, the site and its own position,
 * and on nothing else: not on which masks were made before. So a training that is resumed, or that
 * computes a batch twice, drops the same elements.
 *
 * Generator: Philox4x32-10 (Salmon et al. 2011), 16 bits for each element; assembly/optimizer.ts
 * tells which.
 */
export class DropoutMasks {
  readonly #memory = new Memory({ initial: 1, maximum: 1 })
  readonly #kernels: Kernels = createKernels(this.#memory)
  readonly #chunk = new Uint8Array(this.#memory.buffer)
  readonly #seed: readonly [low: number, high: number]

  /** @throws InputError for a seed that is no whole number from 0 to 2^53 - 1. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) throw wrong('seed', seed, 'a whole number from 0')
    this.#seed = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)]
  }

  /**
   * Fills `mask` with 1 (kept) and 0 (dropped).
   * @throws InputError for an option outside its range.
   */
  fill(mask: Uint8Array, { step, site, probability }: MaskOptions): void {
    requireWord('step', step)
    requireWord('site', site)
    const threshold = thresholdOf(probability)
    for (let start = 0; start < mask.length; start += CHUNK) {
      const length = Math.min(CHUNK, mask.length - start)
      const groups = Math.ceil(length / GROUP)
      this.#kernels.dropout(0, groups, start / GROUP, step, site, ...this.#seed, threshold)
      mask.set(this.#chunk.subarray(0, length), start)
    }
  }
}

function thresholdOf(probability: number): number {
  if (probability >= 0 && probability < 1) return Math.min(65535, Math.round(probability * 65536))
  throw wrong('probability', probability, 'at least 0 and below 1')
}

function requireWord(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return
  throw wrong(name, value, 'a whole number from 0 to 2^32 - 1')
}

function wrong(name: string, value: number, expected: string): InputError {
  return new InputError(
    'dropout-option',
    `${name} of dropout must be ${expected}, but is ${value}`,
    {
      facts: { name, value },
    },
  )
}
