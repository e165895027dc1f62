import { z } from 'zod'
import { InputError, QueueError } from '../errors/index.ts'
import { TEXT_FORMATS, VECTOR_FORMATS } from '../files/index.ts'
import { BULK_TRUNCATION, BULK_TYPES } from './constants.ts'

/** What every vector of a run depends on, and where texts and vectors are. */
const definition = z.strictObject({
  input: z.string(),
  column: z.union([z.string(), z.number()]).optional(),
  inputFormat: z.enum(TEXT_FORMATS).optional(),
  output: z.string(),
  /** Of files of vectors. */
  outputFormat: z.enum(VECTOR_FORMATS).optional(),
  /** Where the output is a store: the column that names a text. */
  store: z.strictObject({ id: z.union([z.string(), z.number()]).optional() }).optional(),
  /** SHA-256 of everything the model's vectors depend on. */
  modelHash: z.string(),
  encode: z.strictObject({
    normalize: z.boolean().optional(),
    prompt: z.string().optional(),
    promptName: z.string().optional(),
    maxLength: z.int().optional(),
    dimensions: z.int().optional(),
    truncate: z.enum(BULK_TRUNCATION).optional(),
    output: z.enum(BULK_TYPES).optional(),
  }),
})

const runDescription = definition.extend({
  /** Where the model was found; another machine may have it elsewhere. */
  model: z.string(),
  /** How often a shard is tried. */
  attempts: z.int(),
  /** Seconds after which a shard that failed is tried again; twice as long each time. */
  backoff: z.number(),
  /** Seconds after which a worker that is not heard of is taken for dead. */
  lease: z.number(),
  shards: z.int(),
  bytes: z.int(),
  /** Milliseconds since 1970. */
  startedAt: z.int(),
})

/** What a run is: its input and output, how texts are encoded, and how often shards are tried. */
export type RunDescription = Readonly<z.infer<typeof runDescription>>

export function describe(run: RunDescription): string {
  return `${JSON.stringify(run, null, 2)}\n`
}

/** @throws QueueError when it is none, or one of another version of yuju. */
export function parseDescription(text: string, where: string): RunDescription {
  try {
    return runDescription.parse(JSON.parse(text))
  } catch (cause) {
    throw new QueueError(
      'bulk-description',
      `what ${where} says of the run is not understood; was it started by another version of yuju?`,
      { facts: { where }, cause },
    )
  }
}

/**
 * A run that goes on must be what it was, as its shards are not encoded again.
 * @throws InputError that names what differs.
 */
export function requireSameRun(there: RunDescription, run: RunDescription, where: string): void {
  const now = parseDescription(describe(run), where)
  const keys = Object.keys(definition.shape) as (keyof typeof definition.shape)[]
  const different = keys.filter((key) => JSON.stringify(there[key]) !== JSON.stringify(now[key]))
  if (different.length === 0) return
  throw new InputError(
    'bulk-other-run',
    `${where} holds another run: ${different.join(', ')} differ; choose another name and output, ` +
      'or start it as it was',
    { facts: { where, different } },
  )
}
