import type { SentenceEncoder } from '../../encoder/index.ts'
import { indexTexts, type VectorStore } from '../../search/index.ts'
import { textsToIndex } from '../../search/internal.ts'
import type { Source } from '../places/source.ts'
import type { RunDescription } from '../run-description.ts'
import { shardRows } from '../run-store.ts'
import type { Shard } from '../shard.ts'
import type { EncodedShard, ShardControl } from './shard-work.ts'

interface IndexTask extends ShardControl {
  readonly run: RunDescription
  readonly source: Source
  readonly store: VectorStore
  readonly encoder: SentenceEncoder
}

/**
 * Puts the texts of a shard into a store. Ids do not depend on who does it: what an earlier worker
 * wrote before it died is found, and not encoded again.
 * @throws InputError for texts that cannot be read, StoreError where the store cannot be written.
 */
export async function indexShard({ input }: Shard, task: IndexTask): Promise<EncodedShard> {
  const { run, source, store, encoder, signal, onRows } = task
  await using file = await source.localCopy(input)
  const columns = Object.keys(store.settings.columns)
  const rows = shardRows(file.path, { ...run, id: run.store?.id, columns })
  const texts = textsToIndex(rows, store.settings, run.store?.id !== undefined)
  const { read, encoded, changed } = await indexTexts(encoder, store, texts, {
    truncate: run.encode.truncate ?? 'silent',
    signal,
    optimize: false,
    // Said when the run was started.
    onWarning: () => {},
    onProgress: ({ read }) => onRows(read),
  })
  return { rows: read, isOurs: read === 0 || encoded + changed > 0 }
}
