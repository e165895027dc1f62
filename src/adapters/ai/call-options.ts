import type { EmbeddingModelV3CallOptions } from '@ai-sdk/provider'
import { z } from 'zod'
import { TRUNCATION_POLICIES } from '../../encoder/constants.ts'
import type { EncodeOptions } from '../../encoder/index.ts'
import { InputError } from '../../errors/index.ts'

const callSchema = z.strictObject({
  prompt: z.string().exactOptional(),
  promptName: z.string().exactOptional(),
  normalize: z.boolean().exactOptional(),
  maxLength: z.int().exactOptional(),
  dimensions: z.int().exactOptional(),
  truncate: z.enum(TRUNCATION_POLICIES).exactOptional(),
})

/**
 * The options of one call: what its `providerOptions.yuju` asks for, else the defaults. A prompt that
 * is asked for, or named, takes the place of a default prompt however that was given.
 * @throws InputError when `providerOptions.yuju` has a field that is unknown or of the wrong type.
 */
export function callOptions(
  { abortSignal, providerOptions }: Omit<EmbeddingModelV3CallOptions, 'values'>,
  defaults: EncodeOptions,
): EncodeOptions {
  const asked = readOptions(providerOptions?.yuju ?? {})
  const signal = abortSignal === undefined ? {} : { signal: abortSignal }
  if (asked.prompt === undefined && asked.promptName === undefined) {
    return { ...defaults, ...asked, ...signal }
  }
  const { prompt: _, promptName: __, ...others } = defaults
  return { ...others, ...asked, ...signal }
}

function readOptions(given: unknown) {
  const read = callSchema.safeParse(given)
  if (read.success) return read.data
  throw new InputError(
    'provider-options',
    `providerOptions.yuju takes ${Object.keys(callSchema.shape).join(', ')}, but:\n` +
      z.prettifyError(read.error),
    { facts: { given }, cause: read.error },
  )
}
