import { CheckpointError } from '../errors/index.ts'
import { parseJson as parseBoundedJson, z } from '../schema/index.ts'

/** One part of `tokenizer.json`: what kind it is, and options that differ from kind to kind. */
export const componentSchema = z.looseObject({ type: z.string() })
export type Component = z.infer<typeof componentSchema>

/** The parts of `tokenizer.json`, as messages name them. */
export type Role = 'normalizer' | 'pre-tokenizer' | 'model' | 'post-processor' | 'decoder'

/**
 * Checks data that came from a file.
 * @throws CheckpointError that names the place and the first field that does not fit.
 */
export function check<T>(schema: z.ZodMiniType<T>, value: unknown, place: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const field = issue?.path.join('.') ?? ''
  throw new CheckpointError(
    'tokenizer-malformed',
    `${place}: ${field === '' ? 'the whole' : `field ${JSON.stringify(field)}`} does not fit: ` +
      `${issue?.message ?? 'unknown reason'}`,
    { facts: { place, field }, cause: result.error },
  )
}

/** @throws CheckpointError when the text is not JSON. */
export function parseJson(text: string, file: string): unknown {
  try {
    return parseBoundedJson(text)
  } catch (cause) {
    throw new CheckpointError(
      'tokenizer-malformed',
      `${file} cannot be read as JSON: ${(cause as Error).message}`,
      {
        facts: { place: file },
        cause,
      },
    )
  }
}

export function unknownComponent(role: Role, type: string, known: readonly string[]) {
  return new CheckpointError(
    'tokenizer-component-unknown',
    `tokenizer.json asks for the ${role} ${JSON.stringify(type)}; yuju knows ${known.join(', ')}`,
    { facts: { role, type, known } },
  )
}
