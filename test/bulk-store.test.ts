import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import type { StartOptions } from 'yuju/bulk'
import { createStore, modelSettings, openStore, type VectorRecord } from 'yuju/search'
import { bulkSuite } from './support/bulk-run.ts'
import { temporaryFolder } from './support/model-folder.ts'
import { hasRedis } from './support/redis-server.ts'
import { DENSE, TINY } from './support/server-client.ts'
import { finished, start, yuju } from './support/yuju-command.ts'

interface Line {
  readonly text: string
  readonly key: string
  readonly year: number
}

/** Texts of a shard; the first of each is in all of them. */
function linesOf(shard: string, count: number): Line[] {
  return Array.from({ length: count }, (_, row) => {
    const text =
      row === 0 ? '到处都有的一句' : `${shard}第${row}句${'花呗怎么还款'.repeat(row % 5)}`
    return { text, key: `${shard}-${row}`, year: 2000 + row }
  })
}

type Shards = Readonly<Record<string, readonly Line[]>>

function inputFolder(shards: Shards): string {
  const folder = temporaryFolder()
  for (const [name, lines] of Object.entries(shards)) {
    writeFileSync(join(folder, name), lines.map((line) => JSON.stringify(line)).join('\n'))
  }
  return folder
}

describe.skipIf(!hasRedis())('bulk runs into a store', () => {
  const suite = bulkSuite()

  function begin(name: string, options: Pick<StartOptions, 'input'> & Partial<StartOptions>) {
    return suite.runs.start(name, {
      model: TINY,
      checkpoint: suite.encoder.checkpoint,
      lease: 2,
      ...options,
    })
  }

  function work(name: string) {
    const { signal } = new AbortController()
    return suite.runs.work(name, suite.encoder, { pid: process.pid, signal })
  }

  function worker(name: string) {
    const child = start(['bulk', 'worker', name, '--redis', suite.redis.url, '--threads', '1'])
    return { child, end: finished(child) }
  }

  async function expectVectors(records: readonly VectorRecord[]): Promise<void> {
    const { data, dimensions } = await suite.encoder.encode(records.map(({ text }) => text))
    const worst = records.flatMap(({ vector }, row) =>
      Array.from(vector, (x, i) => Math.abs(x - (data[row * dimensions + i] ?? Number.NaN))),
    )
    expect(Math.max(...worst)).toBeLessThanOrEqual(1e-6)
  }

  test('a worker that is killed, two that go on: every record is there once', async () => {
    const names = ['a', 'b', 'c', 'd']
    const shards = Object.fromEntries(names.map((name) => [`${name}.jsonl`, linesOf(name, 150)]))
    const location = join(temporaryFolder(), 'store')
    const words = ['--store', location, '--id', 'key', '--metadata', 'year', '--column', 'text']
    const places = ['--input', inputFolder(shards), '--model', TINY, '--redis', suite.redis.url]
    const begun = await yuju('bulk', 'start', 'killed', ...words, ...places, '--lease', '2')
    expect(begun).toMatchObject({ code: 0, stdout: expect.stringContaining('4 files') })
    const victim = worker('killed')
    while ((await suite.runs.status('killed')).shards.active === 0) await pause(5)
    victim.child.kill('SIGKILL')
    await victim.end
    const ends = await Promise.all([worker('killed').end, worker('killed').end])
    expect(ends.map(({ code, stderr }) => (code === 0 ? '' : stderr))).toEqual(['', ''])
    expect((await suite.runs.status('killed')).shards).toMatchObject({ all: 4, done: 4, failed: 0 })

    const store = await openStore(location)
    const lines = Object.values(shards).flat()
    expect(await store.count()).toBe(600)
    const records = await store.get(lines.map(({ key }) => key))
    const found = records.map(({ id: key, text, metadata }) => ({ text, key, ...metadata }))
    const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1)
    expect(found.sort(byKey)).toEqual(lines.sort(byKey))
    await expectVectors(records)
    await store.close()
  }, 600_000)

  test('equal texts of several files are one record, and nothing is encoded twice', async () => {
    const input = inputFolder({ 'a.jsonl': linesOf('a', 3), 'b.jsonl': linesOf('b', 3) })
    const location = join(temporaryFolder(), 'store')
    const options = { input, column: 'text', store: { location } }
    await begin('equal', options)
    await Promise.all([work('equal'), work('equal')])
    const store = await openStore(location)
    expect(await store.count()).toBe(5)
    await suite.runs.remove('equal')
    const warnings: string[] = []
    const onWarning = (message: string) => void warnings.push(message)
    await begin('named', { ...options, store: { location, id: 'key' }, onWarning })
    expect(warnings).toEqual([expect.stringContaining('but hashes: added with ids')])
    await suite.runs.remove('named')
    await begin('equal', { ...options, onWarning })
    expect(warnings).toHaveLength(1)
    const outcomes: unknown[] = []
    const { signal } = new AbortController()
    const onEvent = (event: object) => outcomes.push(event)
    await suite.runs.work('equal', suite.encoder, { pid: 1, signal, onEvent })
    expect(outcomes).toEqual(Array(2).fill(expect.objectContaining({ rows: 3, isOurs: false })))
    expect(await store.count()).toBe(5)
    await store.close()
  }, 120_000)

  test('a row that lacks a column fails its file, and says which', async () => {
    const input = inputFolder({ 'a.jsonl': linesOf('a', 2), 'b.jsonl': linesOf('b', 2) })
    writeFileSync(join(input, 'b.jsonl'), '{"text": "甲", "key": "k"}\n')
    const location = join(temporaryFolder(), 'store')
    const store = { location, metadata: [{ name: 'year' }] }
    await begin('lacking', { input, column: 'text', store, attempts: 1 })
    await work('lacking')
    expect(await suite.runs.failed('lacking')).toMatchObject([
      { output: 'b.jsonl', reason: expect.stringMatching(/b\.jsonl, line 1: .*column year/) },
    ])
  }, 120_000)

  test('a store for other vectors is refused, before anything is in the queue', async () => {
    const input = inputFolder({ 'a.jsonl': linesOf('a', 2) })
    const location = join(temporaryFolder(), 'store')
    await using other = await SentenceEncoder.load(DENSE, { onWarning: () => {} })
    const settings = await modelSettings(other.checkpoint)
    await (await createStore(location, { ...settings, dimensions: other.dimensions })).close()
    const store = { location }
    const refused = (options: Partial<StartOptions>, code: string) =>
      expect(begin('refused', { input, ...options })).rejects.toMatchObject({ code })
    await refused({ store }, 'store-model')
    const own = { ...store, location: join(temporaryFolder(), 'store') }
    await refused({ store: own, output: '/tmp/x' }, 'bulk-output')
    await refused({}, 'bulk-output')
    await refused({ store: own, encode: { output: 'binary' } }, 'bulk-store-vectors')
    await refused({ store: own, outputFormat: 'npy' }, 'bulk-store-vectors')
    expect(existsSync(own.location)).toBe(false)
    const made = await createStore(own.location, {
      ...(await modelSettings(suite.encoder.checkpoint)),
      dimensions: suite.encoder.dimensions,
    })
    await made.close()
    await refused({ store: { ...own, metadata: [{ name: 'year' }] } }, 'bulk-other-store')
    await refused({ store: own, encode: { prompt: 'query: ' } }, 'store-encoding')
    await refused({ store: own, encode: { dimensions: 2 } }, 'bulk-other-store')
    expect(await suite.runs.names()).not.toContain('refused')
  }, 120_000)
})

test('one output: files or a store', async () => {
  const words = ['bulk', 'start', 'x', '--input', '/tmp', '--model', TINY]
  for (const more of [[], ['--output', '/tmp/a', '--store', '/tmp/b']]) {
    expect(await yuju(...words, ...more)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('name one of --output, for files of vectors, and --store'),
    })
  }
  const id = await yuju(...words, '--output', '/tmp/a', '--id', 'key')
  expect(id).toMatchObject({ code: 2, stderr: expect.stringContaining('are for --store') })
}, 60_000)
