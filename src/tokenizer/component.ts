import { CheckpointError } from '../errors/index.ts'
import { parseJson as parseBoundedJson, z } from '../schema/index.ts'

/** One part of `tokenizer.json`: what kind it is, and options that differ from kind to kind. */
export const componentSchema = z.looseObject({ type: z.string() })
export type Component = z.infer<typeof componentSchema>

/** The parts of `tokenizer.json`, as messages name them. */
export type Role = 'normalizer' | 'pre-tokenizer' | 'model' | 'post-processor' | 'decoder'

/** Rewrites a text before it is split, e.g. to lower case. */
export type Normalizer = (text: string) => string

/** One step of a normalizer, which may give up where a text gets longer than `limit`. */
export type NormalizerStep = (text: string, limit: number) => string

/**
 * Splits a normalized text into the words that the model then splits further, none of them empty.
 * `atStart` is true where the text is the very beginning of the input.
 */
export type PreTokenizer = (text: string, atStart: boolean) => string[]

/**
 * Checks data that came from a file.
 * @throws CheckpointError that names the file or part and the first field that does not fit.
 */
export function check<T>(schema: z.ZodMiniType<T>, value: unknown, location: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const field = issue?.path.join('.') ?? ''
  throw new CheckpointError(
    'tokenizer-malformed',
    `${location}: ${field === '' ? 'the whole' : `field ${JSON.stringify(field)}`} does not fit: ` +
      `${issue?.message ?? 'unknown reason'}`,
    { facts: { location, field }, cause: result.error },
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
      { facts: { location: file }, cause },
    )
  }
}

/**
 * What a part of `tokenizer.json` becomes, by the function that `kinds` has for its type.
 * @throws CheckpointError for a type that is not there.
 */
export function buildComponent<Built>(
  role: Role,
  component: Component,
  kinds: Readonly<Record<string, (component: Component) => Built>>,
): Built {
  const build = Object.hasOwn(kinds, component.type) ? kinds[component.type] : undefined
  if (build) return build(component)
  throw unknownComponent(role, component.type, Object.keys(kinds))
}

export function unknownComponent(role: Role, type: string, known: readonly string[]) {
  return new CheckpointError(
    'tokenizer-component-unknown',
    `tokenizer.json asks for the ${role} ${JSON.stringify(type)}; yuju knows ${known.join(', ')}`,
    { facts: { role, type, known } },
  )
}
