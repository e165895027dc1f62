import { InputError } from '../errors/index.ts'
import type { OutputType, TruncationPolicy } from './constants.ts'
import type { OutputRanges } from './embeddings.ts'

/** How far a call that encodes many texts has come. */
export interface Progress {
  /** Texts encoded so far. */
  readonly done: number
  /** Texts in all, where that is known. */
  readonly total: number | undefined
}

/** How texts are encoded; all of it may be left out. */
export interface EncodeOptions<Output extends OutputType = 'float32'> {
  /** Scale every vector to length 1. Default false: vectors as the model gives them. */
  readonly normalize?: boolean
  /** Text put before every text. Default: the model's default prompt, where it names one. */
  readonly prompt?: string
  /** The name of one of the model's prompts, to be put before every text. */
  readonly promptName?: string
  /** The most tokens a text may have, special tokens included. Default and maximum: the model's. */
  readonly maxLength?: number
  /** Default `warn`. */
  readonly truncate?: TruncationPolicy
  /** Default `float32`. */
  readonly output?: Output
  /**
   * For `int8` and `uint8`: the range each dimension's steps cover. Default: the range of the texts
   * encoded in this call, as in the reference; so one text, or a stream, needs them given.
   */
  readonly outputRanges?: OutputRanges
  /** Keep only the first dimensions of each vector (for models trained for it). Default: all. */
  readonly dimensions?: number
  /** The most texts in one batch. Default: as many as `batchTokens` allows. */
  readonly batchSize?: number
  /** The most tokens, padding included, in one batch. Default 1024, in 8 bits 256. */
  readonly batchTokens?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/** How a stream of texts is encoded; all of it may be left out. */
export interface StreamOptions<Output extends OutputType = 'float32'>
  extends EncodeOptions<Output> {
  /** Texts in each block that is given; also how far texts are sorted by length. Default 8192. */
  readonly blockSize?: number
}

/**
 * @throws InputError when a number option is not a whole number within its bounds.
 */
export function requireWhole(
  name: string,
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new InputError(
    'option-range',
    `${name} must be a whole number from ${min} to ${max}, but is ${value}`,
    { facts: { name, value, min, max } },
  )
}

/**
 * @throws InputError when a string option is none of its choices.
 */
export function requireChoice<Choice extends string>(
  name: string,
  value: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((candidate) => candidate === value)
  if (choice) return choice
  throw new InputError(
    'option-choice',
    `${name} must be one of ${choices.join(', ')}, but is ${JSON.stringify(value)}`,
    { facts: { name, value, choices } },
  )
}
