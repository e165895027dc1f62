import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { BulkRuns, type StartOptions, type WorkerEvent } from 'yuju/bulk'
import {
  bulkSuite,
  hashOf,
  type ShardTexts,
  someTexts,
  writeShards,
  writtenRows,
} from './support/bulk-run.ts'
import { temporaryFolder } from './support/model-folder.ts'
import { freePort, hasRedis, RedisServer } from './support/redis-server.ts'
import { DENSE, TINY } from './support/server-client.ts'
import { finished, start, yuju } from './support/yuju-command.ts'

const isRoot = process.getuid?.() === 0

describe.skipIf(!hasRedis())('bulk runs', () => {
  const suite = bulkSuite()

  /** Starts a run in new folders; gives its output. */
  async function begin(name: string, texts: ShardTexts, options: Partial<StartOptions> = {}) {
    const input = options.input ?? writeShards(texts)
    const output = options.output ?? join(temporaryFolder(), 'vectors')
    const { checkpoint } = suite.encoder
    await suite.runs.start(name, { model: TINY, checkpoint, lease: 2, ...options, input, output })
    return { input, output }
  }

  /** A worker in this process. */
  async function work(name: string, signal = new AbortController().signal) {
    const events: WorkerEvent[] = []
    const onEvent = (event: WorkerEvent) => events.push(event)
    const done = await suite.runs.work(name, suite.encoder, { pid: process.pid, signal, onEvent })
    return { done, events }
  }

  /** A worker in a process of its own. */
  function worker(name: string) {
    const child = start(['bulk', 'worker', name, '--redis', suite.redis.url, '--threads', '1'])
    return { child, end: finished(child) }
  }

  /** Stops a worker in the middle of a file, which it does not notice. */
  async function freezeAtWork(name: string, { child }: ReturnType<typeof worker>, active: number) {
    for (;;) {
      child.kill('SIGSTOP')
      // A state that was on its way to Redis arrives.
      await pause(100)
      const { shards } = await suite.runs.status(name)
      if (shards.active === active && shards.done < shards.all) return
      child.kill('SIGCONT')
      await pause(20)
    }
  }

  async function expectEveryRowOnce(output: string, texts: ShardTexts): Promise<void> {
    const written = await writtenRows(output)
    const names = Object.keys(texts).map((name) => name.replace(/\..*/, ''))
    expect([...written.keys()]).toEqual(names.sort())
    for (const [name, expected] of Object.entries(texts)) {
      const rows = written.get(name.replace(/\..*/, '')) ?? []
      expect(rows).toHaveLength(expected.length)
      expect(hashOf(rows.map(({ text }) => text))).toBe(hashOf(expected))
      const { data, dimensions } = await suite.encoder.encode(expected)
      const worst = rows.flatMap(({ embedding }, row) =>
        embedding.map((x, i) => Math.abs(x - (data[row * dimensions + i] ?? Number.NaN))),
      )
      expect(Math.max(...worst)).toBeLessThanOrEqual(1e-6)
    }
    expect(existsSync(join(output, '.unfinished'))).toBe(false)
  }

  test('workers that are killed, and Redis that is: every row is there once', async () => {
    const names = ['a.jsonl', 'b.jsonl.gz', 'c.parquet', 'd.txt', 'e.jsonl', 'f.jsonl']
    const texts = someTexts(names, 150)
    const { output } = await begin('killed', texts)
    for (const dead of [1, 2]) {
      const victim = worker('killed')
      await freezeAtWork('killed', victim, dead)
      victim.child.kill('SIGKILL')
      await victim.end
    }
    const survivors = [worker('killed'), worker('killed')]
    while ((await suite.runs.status('killed')).workers < 2) await pause(100)
    await suite.redis.kill()
    await pause(500)
    await suite.redis.start()
    const ends = await Promise.all(survivors.map(({ end }) => end))
    expect(ends.map(({ code }) => code)).toEqual([0, 0])
    expect(ends.map(({ stderr }) => stderr).join()).toContain('its worker is not heard of')
    const { shards, rows, secondsLeft } = await suite.runs.status('killed')
    expect(shards).toMatchObject({ all: 6, done: 6, active: 0, failed: 0 })
    expect([rows.done, secondsLeft]).toEqual([900, 0])
    await expectEveryRowOnce(output, texts)
  }, 600_000)

  test('a worker that was taken for dead changes nothing when it wakes', async () => {
    const texts = someTexts(['a.jsonl', 'b.jsonl'], 300)
    const { output } = await begin('frozen', texts)
    const frozen = worker('frozen')
    await freezeAtWork('frozen', frozen, 1)
    const { done, events } = await work('frozen')
    expect(events.map(({ kind }) => kind)).toContain('stalled')
    const files = readdirSync(output).map((name) => [name, statSync(join(output, name)).ino])
    frozen.child.kill('SIGCONT')
    expect((await frozen.end).code).toBe(0)
    expect(readdirSync(output).map((name) => [name, statSync(join(output, name)).ino])).toEqual(
      files,
    )
    expect(done.rows).toBeGreaterThanOrEqual(300)
    expect((await suite.runs.status('frozen')).rows.done).toBe(600)
    await expectEveryRowOnce(output, texts)
  }, 600_000)

  test('a worker that is told to stop gives back what it began, at once', async () => {
    await begin('stopped', someTexts(['a.jsonl', 'b.jsonl'], 300), { lease: 3600 })
    const stopped = worker('stopped')
    await freezeAtWork('stopped', stopped, 1)
    stopped.child.kill('SIGTERM')
    stopped.child.kill('SIGCONT')
    expect(await stopped.end).toMatchObject({ code: 143 })
    expect((await suite.runs.status('stopped')).shards).toMatchObject({ active: 0, waiting: 2 })
    expect((await work('stopped')).done.rows).toBe(600)
  }, 600_000)

  test('a worker that waits for Redis can be told to stop', async () => {
    await using own = await RedisServer.start()
    await using short = await BulkRuns.connect({ redis: own.url })
    const places = { input: writeShards(someTexts(['a.jsonl'], 2)), output: temporaryFolder() }
    await short.start('waiting', { ...places, model: TINY, checkpoint: suite.encoder.checkpoint })
    const waiting = start(['bulk', 'worker', 'waiting', '--redis', own.url], {})
    const end = finished(waiting)
    while ((await short.status('waiting')).workers < 1) await pause(50)
    waiting.kill('SIGSTOP')
    await own.kill()
    waiting.kill('SIGCONT')
    waiting.kill('SIGTERM')
    expect((await end).code).toBe(143)
  }, 600_000)

  test('what fails is tried again, then listed, and tried again when asked to', async () => {
    const texts = someTexts(['good.jsonl', 'bad.jsonl'], 3)
    const { input, output } = await begin('bad', texts, { attempts: 2, backoff: 0.1 })
    writeFileSync(join(input, 'bad.jsonl'), '{"text": 7}\n')
    const { done, events } = await work('bad')
    expect(done).toMatchObject({ shards: 1, rows: 3 })
    const failures = events.filter(({ kind }) => kind === 'failed')
    expect(failures).toMatchObject([{ isLast: false }, { isLast: true }])
    const listed = { input: join(input, 'bad.jsonl'), output: 'bad.parquet', attempts: 2 }
    expect(await suite.runs.failed('bad')).toMatchObject([
      { ...listed, reason: expect.stringContaining('expected a text in column text') },
    ])
    const told = await yuju('bulk', 'worker', 'bad', '--redis', suite.redis.url)
    expect(told).toMatchObject({ code: 1, stderr: expect.stringContaining('yuju bulk failed bad') })

    writeShards(texts, input)
    expect((await yuju('bulk', 'failed', 'bad', '--retry', '--redis', suite.redis.url)).code).toBe(
      0,
    )
    expect((await work('bad')).done.rows).toBe(3)
    expect(await suite.runs.failed('bad')).toEqual([])
    await expectEveryRowOnce(output, texts)
  })

  test('to start again adds what is new, and encodes nothing twice where Redis lost all', async () => {
    const texts = someTexts(['a.jsonl', 'sub/b.jsonl'], 5)
    const { input, output } = await begin('again', texts)
    expect((await work('again')).done).toMatchObject({ shards: 2, rows: 10 })
    const more = someTexts(['c.jsonl'], 5)
    writeShards(more, input)
    await begin('again', {}, { input, output })
    expect((await work('again')).done).toMatchObject({ shards: 1, rows: 5 })
    await suite.runs.remove('again')
    expect(await suite.runs.names()).not.toContain('again')
    await begin('again', {}, { input, output })
    const { events } = await work('again')
    expect(events).toEqual(Array(3).fill(expect.objectContaining({ rows: 5, isOurs: false })))
    expect((await suite.runs.status('again')).rows.done).toBe(15)
  })

  test('another run does not take the name or the output of one', async () => {
    const texts = someTexts(['a.jsonl'], 2)
    const { input, output } = await begin('first', texts)
    await expect(begin('first', {}, { input, outputFormat: 'npy' })).rejects.toMatchObject({
      code: 'bulk-other-run',
      facts: { different: ['output', 'outputFormat'] },
    })
    const other = { input, output, encode: { normalize: true } }
    await expect(begin('second', {}, other)).rejects.toMatchObject({
      code: 'bulk-other-run',
      facts: { where: output, different: ['encode'] },
    })
    expect(await suite.runs.names()).not.toContain('second')
  })

  test('a worker with another model is refused', async () => {
    await begin('model', someTexts(['a.jsonl'], 2))
    await using other = await SentenceEncoder.load(DENSE)
    const signal = new AbortController().signal
    await expect(suite.runs.work('model', other, { pid: 1, signal })).rejects.toMatchObject({
      code: 'bulk-other-model',
    })
    expect((await suite.runs.status('model')).shards).toMatchObject({ waiting: 1, failed: 0 })
  })

  test.each(['npy', 'jsonl'] as const)('writes %s, normalised', async (outputFormat) => {
    const encode = { normalize: true, dimensions: 8 }
    const texts = someTexts(['a.jsonl'], 4)
    const { output } = await begin(`as-${outputFormat}`, texts, { outputFormat, encode })
    await work(`as-${outputFormat}`)
    expect(readdirSync(output).sort()).toEqual([`a.${outputFormat}`, 'yuju-run.json'])
    if (outputFormat === 'npy') expect(statSync(join(output, 'a.npy')).size).toBe(128 + 4 * 8 * 4)
  })

  test('a file without texts gives a file without vectors', async () => {
    const { input, output } = await begin('empty', someTexts(['a.jsonl'], 2))
    writeFileSync(join(input, 'a.jsonl'), '')
    expect((await work('empty')).done).toMatchObject({ shards: 1, rows: 0 })
    expect((await writtenRows(output)).get('a')).toEqual([])
  })

  test.skipIf(isRoot)(
    'a folder that cannot be written ends the worker, and fails no file',
    async () => {
      const { output } = await begin('unwritable', someTexts(['a.jsonl'], 2), { lease: 3600 })
      chmodSync(output, 0o555)
      await expect(work('unwritable')).rejects.toMatchObject({ code: 'output-folder-unwritable' })
      expect((await suite.runs.status('unwritable')).shards).toMatchObject({
        waiting: 1,
        failed: 0,
      })
      chmodSync(output, 0o755)
      expect((await work('unwritable')).done.rows).toBe(2)
    },
  )

  test('a full disk ends the worker, and fails no file', async ({ skip, onTestFinished }) => {
    const { execFileSync } = await import('node:child_process')
    const disk = temporaryFolder()
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', disk], { stdio: 'pipe' })
    } catch {
      skip('a small disk cannot be mounted here')
    }
    onTestFinished(() => void execFileSync('umount', [disk]))
    const texts = someTexts(['a.jsonl', 'b.jsonl'], 600)
    const { output } = await begin('full', texts, { output: join(disk, 'vectors'), lease: 3600 })
    await expect(work('full')).rejects.toMatchObject({ code: 'output-disk-full' })
    expect((await suite.runs.status('full')).shards).toMatchObject({
      waiting: 2,
      active: 0,
      failed: 0,
    })
    expect(readdirSync(output)).toEqual(['yuju-run.json'])
    execFileSync('mount', ['-o', 'remount,size=20m', disk])
    expect((await work('full')).done.rows).toBe(1200)
    await expectEveryRowOnce(output, texts)
  })

  test('status by the command line', async () => {
    const { output } = await begin('shown', someTexts(['a.jsonl', 'b.jsonl'], 2))
    const shown = await yuju('bulk', 'status', 'shown', '--redis', suite.redis.url)
    expect(shown.stdout).toContain(output)
    expect(shown.stdout).toContain('0 of 2 done (0 %), 2 waiting')
    const json = await yuju('bulk', 'status', 'shown', '--json', '--redis', suite.redis.url)
    expect(JSON.parse(json.stdout)).toEqual(
      JSON.parse(JSON.stringify(await suite.runs.status('shown'))),
    )
  })

  test.each([
    [{ lease: 0 }, 'option-range'],
    [{ input: '/nowhere' }, 'input-missing'],
    [{ input: `${import.meta.dirname}/none-*.jsonl` }, 'bulk-no-shards'],
  ])('start with %o', async (options, code) => {
    await expect(begin('wrong', {}, options)).rejects.toMatchObject({ code })
  })

  test('vectors may not lie among the texts, and two files not have one name', async () => {
    const input = writeShards(someTexts(['a.jsonl', 'a.txt'], 1))
    await expect(begin('wrong', {}, { input })).rejects.toMatchObject({ code: 'bulk-same-name' })
    const output = join(input, 'vectors')
    const inside = begin('wrong', {}, { input, output })
    await expect(inside).rejects.toMatchObject({ code: 'bulk-output-in-input' })
    await expect(begin('a b', {}, { input })).rejects.toMatchObject({ code: 'bulk-name' })
  })

  test('a run that is not there', async () => {
    const { code, stderr } = await yuju('bulk', 'worker', 'nothing', '--redis', suite.redis.url)
    expect([code, stderr]).toEqual([1, expect.stringContaining('there is no run called nothing')])
  })

  test('a Redis that goes away is an error for whoever is not a worker', async () => {
    const server = await RedisServer.start()
    await using short = await BulkRuns.connect({ redis: server.url })
    expect(await short.names()).toEqual([])
    await server[Symbol.asyncDispose]()
    await expect(short.names()).rejects.toMatchObject({ code: 'queue-unreachable' })
  })
})

describe('Redis that cannot be used', () => {
  test.each(['status', 'worker'])('bulk %s', async (command) => {
    const url = `redis://:secret@127.0.0.1:${await freePort()}`
    const { code, stderr } = await yuju('bulk', command, 'x', '--redis', url)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^yuju: Redis at 127\.0\.0\.1:\d+ cannot be used: .*ECONNREFUSED/)
    expect(stderr).not.toContain('secret')
  })

  test('something else answers there', async () => {
    const { createServer } = await import('node:net')
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const connecting = BulkRuns.connect({ redis: `redis://127.0.0.1:${port}` })
    await expect(connecting).rejects.toMatchObject({ code: 'queue-unreachable' })
    server.close()
  })

  test('an address that is none', async () => {
    await expect(BulkRuns.connect({ redis: 'localhost' })).rejects.toMatchObject({
      code: 'queue-address',
    })
  })
})
