import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { BulkRuns } from 'yuju/bulk'
import { temporaryFolder } from './model-folder.ts'
import { RedisServer } from './redis-server.ts'
import { TINY } from './server-client.ts'

/** What the tests of a suite share. */
export interface BulkSuite {
  redis: RedisServer
  runs: BulkRuns
  encoder: SentenceEncoder
}

/** A queue, the runs in it and a tiny model: there from the first test of a suite to the last. */
export function bulkSuite(): BulkSuite {
  const suite = {} as BulkSuite
  beforeAll(async () => {
    suite.redis = await RedisServer.start()
    suite.runs = await BulkRuns.connect({ redis: suite.redis.url })
    suite.encoder = await SentenceEncoder.load(TINY, { onWarning: () => {} })
  })
  afterAll(async () => {
    const { redis, runs, encoder }: Partial<BulkSuite> = suite
    await encoder?.dispose()
    await runs?.[Symbol.asyncDispose]()
    await redis?.[Symbol.asyncDispose]()
  })
  return suite
}

/** Texts by the name of the file they are to be in; no two the same. */
export type ShardTexts = Readonly<Record<string, readonly string[]>>

/** @param names .jsonl, .jsonl.gz, .parquet or .txt */
export function someTexts(names: readonly string[], rows: number): ShardTexts {
  return Object.fromEntries(
    names.map((name) => [
      name,
      Array.from(
        { length: rows },
        (_, row) => `${name}第${row}句${'花呗怎么还款'.repeat(row % 5)}`,
      ),
    ]),
  )
}

export function writeShards(texts: ShardTexts, folder = join(temporaryFolder(), 'texts')): string {
  for (const [name, rows] of Object.entries(texts)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), shardBytes(name, rows))
  }
  return folder
}

export function shardBytes(name: string, rows: readonly string[]): Uint8Array {
  if (name.endsWith('.parquet')) {
    const columnData = [{ name: 'text', data: [...rows], type: 'STRING' as const }]
    return new Uint8Array(parquetWriteBuffer({ columnData }))
  }
  const lines = name.includes('.jsonl') ? rows.map((text) => JSON.stringify({ text })) : rows
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  return name.endsWith('.gz') ? gzipSync(bytes) : bytes
}

/** A text and its vector, as they were written. */
export interface WrittenRow {
  readonly text: string
  readonly embedding: readonly number[]
}

/** Everything a run has written, by the name of its file without the ending. */
export async function writtenRows(folder: string): Promise<ReadonlyMap<string, WrittenRow[]>> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const rows = new Map<string, WrittenRow[]>()
  for (const name of names.filter((candidate) => candidate.endsWith('.parquet')).sort()) {
    const file = await asyncBufferFromFile(join(folder, name))
    rows.set(name.replace('.parquet', ''), (await parquetReadObjects({ file })) as WrittenRow[])
  }
  return rows
}

/** SHA-256 of texts in their order. */
export function hashOf(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex')
}
