import { InputError } from '../errors/index.ts'
import type { VectorFormat } from '../files/index.ts'
import type { FoundShard } from './storage/shard-source.ts'

/** A file of texts, and the file of vectors that is made of it. */
export interface Shard {
  /** A path on any worker's machine, or `s3://bucket/key`. */
  readonly input: string
  readonly bytes: number
  /** Relative to the run's output, with `/`; where that is a store, what it is called. */
  readonly output: string
}

/**
 * Names the files of vectors: as those of texts, with another ending; for a store, as those of texts.
 * @throws InputError when two would have one name, or there are no shards.
 */
export function planShards(
  found: readonly FoundShard[],
  { input, format }: { readonly input: string; readonly format: VectorFormat | undefined },
): Shard[] {
  const inputs = new Map<string, string>()
  const shards = found.map(({ path, location, bytes }) => {
    const stem = path.replace(/\.gz$/i, '').replace(/\.[^./]*$/, '')
    const output = format === undefined ? path : `${stem}.${format}`
    const other = inputs.get(output)
    if (other !== undefined) throw sameName(output, [other, location])
    inputs.set(output, location)
    return { input: location, bytes, output }
  })
  if (shards.length > 0) return shards
  throw new InputError(
    'bulk-no-shards',
    `no file of texts was found in ${input}; name a folder, a pattern or s3://bucket/prefix`,
    { facts: { input } },
  )
}

/** What is read from a shard; one without any text has nothing, and is done all the same. */
export async function* emptyAllowed<Item>(
  items: AsyncIterable<Item>,
): AsyncGenerator<Item, void, void> {
  try {
    yield* items
  } catch (error) {
    if (!(error instanceof InputError && error.code === 'input-empty')) throw error
  }
}

function sameName(output: string, inputs: readonly string[]): InputError {
  return new InputError(
    'bulk-same-name',
    `${inputs.join(' and ')} would both be written to ${output}; rename one, or take a pattern ` +
      'that leaves one out',
    { facts: { output, inputs } },
  )
}
