import { type EncodeOptions, encodeTexts, type SentenceEncoder } from '../../encoder/index.ts'
import { OutputError } from '../../errors/index.ts'
import { readTexts } from '../../files/index.ts'
import type { RunDescription } from '../run-description.ts'
import { emptyAllowed, type Shard } from '../shard.ts'
import type { RunStorage } from '../storage/open-storage.ts'
import type { EncodedShard, ShardControl } from './shard-work.ts'

interface ShardTask extends ShardControl {
  readonly run: RunDescription
  readonly storage: RunStorage
  readonly encoder: SentenceEncoder
}

/**
 * Encodes a shard and commits its vectors, unless they are there already.
 * @throws InputError for texts that cannot be read, OutputError where vectors cannot be written.
 */
export async function encodeShard(shard: Shard, task: ShardTask): Promise<EncodedShard> {
  const { destination } = task.storage
  if (await destination.has(shard.output)) return countShard(shard, task)
  try {
    return await writeShard(shard, task)
  } catch (error) {
    // A worker that was taken for dead finds that another one finished, and tidied up.
    const isOver = error instanceof OutputError && (await isCommitted(shard, task))
    if (!isOver) throw error
    return countShard(shard, task)
  }
}

async function writeShard(shard: Shard, task: ShardTask): Promise<EncodedShard> {
  const { storage, encoder, signal } = task
  const writer = await storage.destination.open(shard.output)
  try {
    await using file = await storage.source.localCopy(shard.input)
    let rows = 0
    const options: EncodeOptions = { ...encodeOptions(task.run), signal }
    for await (const { texts, embeddings } of encodeTexts(
      encoder,
      textsOf(file.path, task),
      options,
    )) {
      await writer.write(embeddings, texts)
      rows += embeddings.rows
      task.onRows(rows)
    }
    signal.throwIfAborted()
    if (await writer.commit()) return { rows, isOurs: true }
    return { rows, isOurs: false }
  } finally {
    await writer.abort()
  }
}

/** The rows of a shard that is there: as many as there are texts. */
async function countShard(shard: Shard, task: ShardTask): Promise<EncodedShard> {
  await using file = await task.storage.source.localCopy(shard.input)
  let rows = 0
  for await (const _ of textsOf(file.path, task)) {
    rows += 1
    if (rows % 4096 === 0) task.signal.throwIfAborted()
  }
  return { rows, isOurs: false }
}

function textsOf(path: string, { run }: ShardTask): AsyncIterable<string> {
  const { column, inputFormat: format } = run
  return emptyAllowed(
    readTexts(path, {
      ...(column === undefined ? {} : { column }),
      ...(format === undefined ? {} : { format }),
    }),
  )
}

async function isCommitted({ output }: Shard, { storage }: ShardTask): Promise<boolean> {
  return storage.destination.has(output).catch(() => false)
}

function encodeOptions({ encode }: RunDescription): EncodeOptions {
  const given = Object.entries(encode).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as EncodeOptions
}
