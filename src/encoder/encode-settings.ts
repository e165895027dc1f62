import type { Checkpoint } from '../checkpoint/portable.ts'
import { InputError } from '../errors/index.ts'
import type { Precision } from '../precision/portable.ts'
import type { BatchLimits } from './batching.ts'
import {
  OUTPUT_TYPES,
  type OutputType,
  TRUNCATION_POLICIES,
  type TruncationPolicy,
} from './constants.ts'
import type { OutputRanges } from './embeddings.ts'
import { type EncodeOptions, type Progress, requireChoice, requireWhole } from './options.ts'

/**
 * Tokens in a batch, padding included. Measured: smaller batches leave threads waiting, larger ones
 * push intermediate results out of the processor's cache. In 8 bits the weights of a layer and what a
 * smaller batch needs stay in it together.
 */
const BATCH_TOKENS: Readonly<Record<Precision, number>> = { float32: 1024, int8: 256 }

/** Encode options, checked, with their defaults filled in. */
export interface EncodeSettings<Output extends OutputType> {
  readonly prompt: string
  readonly maxLength: number
  readonly truncate: TruncationPolicy
  readonly normalize: boolean
  readonly dimensions: number
  readonly output: Output
  readonly outputRanges: OutputRanges | undefined
  readonly limits: BatchLimits
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((progress: Progress) => void) | undefined
}

/** What the settings depend on of the model. */
export interface ModelLimits {
  readonly checkpoint: Checkpoint
  /** D */
  readonly dimensions: number
  readonly precision: Precision
}

/**
 * @throws InputError for an option out of its bounds, an unknown prompt or output type.
 */
export function encodeSettings<Output extends OutputType = 'float32'>(
  options: EncodeOptions<Output>,
  { checkpoint, dimensions, precision }: ModelLimits,
): EncodeSettings<Output> {
  const anyNumber = { min: 1, max: Number.MAX_SAFE_INTEGER }
  const { maxLength = checkpoint.maxLength, batchTokens = BATCH_TOKENS[precision] } = options
  const { batchSize = anyNumber.max, dimensions: kept = dimensions } = options
  return {
    prompt: choosePrompt(options, checkpoint),
    maxLength: requireWhole('maxLength', maxLength, { min: 1, max: checkpoint.maxLength }),
    truncate: requireChoice('truncate', options.truncate ?? 'warn', TRUNCATION_POLICIES),
    normalize: options.normalize ?? false,
    dimensions: requireWhole('dimensions', kept, { min: 1, max: dimensions }),
    output: requireChoice('output', options.output ?? 'float32', OUTPUT_TYPES) as Output,
    outputRanges: options.outputRanges,
    limits: {
      tokens: requireWhole('batchTokens', batchTokens, anyNumber),
      rows: requireWhole('batchSize', batchSize, anyNumber),
    },
    signal: options.signal,
    onProgress: options.onProgress,
  }
}

/** The prompt itself, else the named one, else the model's default. */
export function choosePrompt(
  { prompt, promptName }: Pick<EncodeOptions, 'prompt' | 'promptName'>,
  { prompts, defaultPromptName }: Checkpoint,
): string {
  if (prompt !== undefined) return prompt
  const name = promptName ?? defaultPromptName
  if (name === undefined) return ''
  const known = Object.hasOwn(prompts, name) ? prompts[name] : undefined
  if (known !== undefined) return known
  throw new InputError(
    'prompt-unknown',
    `the model has no prompt called ${JSON.stringify(name)}; it has: ` +
      `${Object.keys(prompts).join(', ') || 'none'}. Pass the text itself as prompt`,
    { facts: { name, known: Object.keys(prompts) } },
  )
}

/** Texts that are strings, each of them; an error names the first that is not. */
export function requireTexts(texts: readonly unknown[]): asserts texts is readonly string[] {
  const wrong = texts.findIndex((text) => typeof text !== 'string')
  if (wrong === -1) return
  throw new InputError(
    'text-type',
    `every text must be a string, but number ${wrong} is ${typeOf(texts[wrong])}`,
    { facts: { index: wrong } },
  )
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : typeof value
}
