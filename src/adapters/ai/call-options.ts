import type { SharedV3ProviderOptions, SharedV3Warning } from '@ai-sdk/provider'
import { z } from 'zod'
import type { TruncationPolicy } from '../../encoder/index.ts'
import { InputError } from '../../errors/index.ts'

/** What a call of the AI SDK says beside its texts. */
interface ModelCall {
  readonly abortSignal?: AbortSignal | undefined
  readonly providerOptions?: SharedV3ProviderOptions | undefined
}

/** Options that may name a prompt, and stop early. */
interface PromptOptions {
  readonly prompt?: string
  readonly promptName?: string
  readonly signal?: AbortSignal
}

/**
 * The options of one call: what its `providerOptions.yuju` asks for, else the defaults. A prompt that
 * is requested, or named, takes the place of a default prompt however that was given.
 * @throws InputError when `providerOptions.yuju` has a field that is unknown or of the wrong type.
 */
export function callOptions<Shape extends z.ZodRawShape, Options extends PromptOptions>(
  { abortSignal, providerOptions }: ModelCall,
  schema: z.ZodObject<Shape>,
  defaults: Options,
): Options {
  const requested = readOptions(providerOptions?.yuju ?? {}, schema) as PromptOptions
  const signal = abortSignal === undefined ? {} : { signal: abortSignal }
  if (requested.prompt === undefined && requested.promptName === undefined) {
    return { ...defaults, ...requested, ...signal }
  }
  const { prompt: _, promptName: __, ...others } = defaults
  return { ...others, ...requested, ...signal } as Options
}

function readOptions(given: unknown, schema: z.ZodObject): object {
  const read = schema.safeParse(given)
  if (read.success) return read.data
  throw new InputError(
    'provider-options',
    `providerOptions.yuju takes ${Object.keys(schema.shape).join(', ')}, but:\n` +
      z.prettifyError(read.error),
    { facts: { given }, cause: read.error },
  )
}

/**
 * What the limit removed, as warnings of a result.
 * @param what was truncated: `texts`, `pairs`
 */
export function truncationWarnings(
  what: string,
  truncated: Int32Array,
  policy: TruncationPolicy,
): SharedV3Warning[] {
  const count = truncated.reduce((sum, tokens) => sum + (tokens > 0 ? 1 : 0), 0)
  if (policy !== 'warn' || count === 0) return []
  const message = `${count} of ${truncated.length} ${what} were truncated to the limit`
  return [{ type: 'other', message }]
}
