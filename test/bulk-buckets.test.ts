import { readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { BulkRuns, type WorkerEvent } from 'yuju/bulk'
import { BucketServer, hasBucketServer } from './support/bucket-server.ts'
import { hashOf, type ShardTexts, shardBytes, someTexts, writtenRows } from './support/bulk-run.ts'
import { temporaryFolder } from './support/model-folder.ts'
import { hasRedis, RedisServer } from './support/redis-server.ts'
import { TINY } from './support/server-client.ts'

describe.skipIf(!hasRedis() || !hasBucketServer())('runs from bucket to bucket', () => {
  let server: BucketServer
  let redis: RedisServer
  let encoder: SentenceEncoder
  let client: S3Client
  let runs: BulkRuns

  beforeAll(async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
    server = await BucketServer.start()
    redis = await RedisServer.start()
    encoder = await SentenceEncoder.load(TINY)
    const endpoint = server.url
    client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true })
    await client.send(new CreateBucketCommand({ Bucket: 'texts' }))
    await client.send(new CreateBucketCommand({ Bucket: 'vectors' }))
    runs = await BulkRuns.connect({ redis: redis.url, buckets: { endpoint } })
  })

  afterAll(async () => {
    vi.unstubAllEnvs()
    client?.destroy()
    await encoder?.dispose()
    await runs?.[Symbol.asyncDispose]()
    await redis?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
  })

  async function upload(texts: ShardTexts, prefix: string): Promise<void> {
    for (const [name, rows] of Object.entries(texts)) {
      const asked = { Bucket: 'texts', Key: prefix + name, Body: shardBytes(name, rows) }
      await client.send(new PutObjectCommand(asked))
    }
  }

  /** Brings what a run has written into a folder. */
  async function download(prefix: string): Promise<string> {
    const folder = temporaryFolder()
    const asked = { Bucket: 'vectors', Prefix: prefix }
    const { Contents = [] } = await client.send(new ListObjectsV2Command(asked))
    for (const { Key = '' } of Contents) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: 'vectors', Key }))
      writeFileSync(join(folder, basename(Key)), (await Body?.transformToByteArray()) ?? '')
    }
    return folder
  }

  const begin = (name: string, input: string, output: string) =>
    runs.start(name, { input, output, model: TINY, checkpoint: encoder.checkpoint, attempts: 1 })

  async function work(name: string) {
    const events: WorkerEvent[] = []
    const onEvent = (event: WorkerEvent) => events.push(event)
    const { signal } = new AbortController()
    const done = await runs.work(name, encoder, { pid: process.pid, signal, onEvent })
    return { done, events }
  }

  const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('yuju-bulk-'))

  test('texts below a prefix become vectors below another, once', async () => {
    const texts = someTexts(['a.jsonl', 'b.parquet', 'c.txt'], 20)
    await upload(texts, 'news/')
    await upload({ _SUCCESS: [] }, 'news/')
    const before = leftovers()
    const run = await begin('news', 's3://texts/news', 's3://vectors/news')
    expect(run).toMatchObject({ shards: 3, input: 's3://texts/news' })
    expect((await work('news')).done).toMatchObject({ shards: 3, rows: 60 })
    expect(leftovers()).toEqual(before)
    const folder = await download('news/')
    expect(readdirSync(folder)).toContain('yuju-run.json')
    const written = await writtenRows(folder)
    expect([...written.keys()]).toEqual(['a', 'b', 'c'])
    for (const [name, expected] of Object.entries(texts)) {
      const rows = written.get(name.replace(/\..*/, '')) ?? []
      expect(hashOf(rows.map(({ text }) => text))).toBe(hashOf(expected))
    }
    // As after Redis lost everything: what is there is not stored again.
    await runs.remove('news')
    await begin('news', 's3://texts/news', 's3://vectors/news')
    const { events } = await work('news')
    expect(events).toEqual(Array(3).fill(expect.objectContaining({ rows: 20, isOurs: false })))
  })

  test('a pattern of keys, and one whole name', async () => {
    await upload(someTexts(['2026-01/a.jsonl', '2026-01/b.txt', '2025-12/a.jsonl'], 2), 'by-month/')
    const pattern = await begin('pattern', 's3://texts/by-month/2026-*/*.jsonl', 's3://vectors/p')
    expect(pattern.shards).toBe(1)
    const one = await begin('one', 's3://texts/by-month/2026-01/b.txt', 's3://vectors/one')
    expect(one.shards).toBe(1)
  })

  test('of two that store one object the first succeeds', async () => {
    await begin('claimed', 's3://texts/by-month', 's3://vectors/claimed')
    const encode = { normalize: true }
    const { checkpoint } = encoder
    const other = { input: 's3://texts/by-month', output: 's3://vectors/claimed', encode }
    await expect(runs.start('other', { ...other, model: TINY, checkpoint })).rejects.toMatchObject({
      code: 'bulk-other-run',
    })
  })

  test.each([
    ['s3://nowhere/x', 's3://vectors/x', 'input-bucket', 's3://nowhere/x/ could not be read'],
    ['s3://texts/none', 's3://vectors/x', 'bulk-no-shards', 'no file of texts was found'],
    ['s3://texts/news', 's3://nowhere/x', 'output-bucket', 's3://nowhere/x/yuju-run.json could'],
    ['s3://texts/news', 's3://texts/news/v', 'bulk-output-in-input', 'would be taken for texts'],
  ])('%s to %s: %s', async (input, output, code, message) => {
    await expect(begin('wrong', input, output)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })

  test('a service that cannot be reached', async () => {
    const buckets = { endpoint: 'http://127.0.0.1:9' }
    await using lost = await BulkRuns.connect({ redis: redis.url, buckets })
    const { checkpoint } = encoder
    const places = { input: 's3://texts/news', output: 's3://vectors/x' }
    await expect(lost.start('lost', { ...places, model: TINY, checkpoint })).rejects.toMatchObject({
      code: 'input-bucket',
      message: expect.stringContaining('check the endpoint'),
    })
  })
})
