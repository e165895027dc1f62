import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { CheckpointError, SentenceEncoder } from 'yuju'
import { createServer, type ServerEvent } from 'yuju/server'
import { EnginePool, ProcessEngine } from '../dist/server/engine/index.js'
import { changedModel } from './support/model-folder.ts'
import { ServerClient, TINY } from './support/server-client.ts'

const INPUTS = ['今天天气真好', '明天'].map((text) => ({ text, prompt: '' }))

let pool: EnginePool | undefined
/** Every worker that was started, in order. */
let started: ProcessEngine[] = []
let troubles: unknown[] = []

afterEach(async () => {
  await pool?.dispose()
  pool = undefined
})

async function startPool(workers: number, jobTimeout = 60): Promise<EnginePool> {
  // A worker of an earlier test may still be starting.
  const own: ProcessEngine[] = []
  started = own
  troubles = []
  const start = async () => {
    const asked = { model: TINY, options: { threads: 1 } }
    const worker = await ProcessEngine.start(asked, { jobTimeout, onWarning: () => {} })
    own.push(worker)
    return worker
  }
  pool = await EnginePool.start({ workers, start, onTrouble: (error) => troubles.push(error) })
  return pool
}

/** As the system does when memory is short. */
function kill(worker: ProcessEngine | undefined): void {
  if (worker?.pid !== undefined) process.kill(worker.pid, 'SIGKILL')
}

describe('a worker that is killed', () => {
  test('is replaced, and what it was asked is asked of another one', async () => {
    const engine = await startPool(1)
    const before = await engine.encode(INPUTS)
    const text = { text: '好', prompt: '' }
    const asked = [engine.encode(INPUTS), engine.tokenize([text])] as const
    kill(started[0])
    const [encoded, [tokenized]] = await Promise.all(asked)
    expect(encoded.data).toEqual(before.data)
    expect(tokenized?.tokens).toEqual(['[CLS]', '好', '[SEP]'])
    expect(started).toHaveLength(2)
    expect(troubles).toEqual([
      expect.objectContaining({
        code: 'engine-crashed',
        message: expect.stringMatching(/ended with SIGKILL.*try again/),
        facts: { code: null, signal: 'SIGKILL' },
      }),
    ])
    expect(engine.isReady).toBe(true)
  })

  test('leaves the others working', async () => {
    const engine = await startPool(2)
    kill(started[1])
    await started[1]?.ended
    expect(engine.isReady).toBe(true)
    expect((await engine.encode(INPUTS)).tokens).toHaveLength(2)
  })

  test('twice is a failure of the request, and of no later one', async () => {
    const engine = await startPool(1)
    const asked = engine.encode(INPUTS)
    asked.catch(() => {})
    kill(started[0])
    while (started.length < 2) await new Promise(setImmediate)
    kill(started[1])
    const outcome = await asked.then(
      () => 'answered',
      ({ code }) => code,
    )
    expect(['answered', 'engine-crashed']).toContain(outcome)
    expect((await engine.encode(INPUTS)).tokens).toHaveLength(2)
  })
})

/** The worker answers nothing any more, as one whose tokenizer or model hangs. */
function hang(worker: ProcessEngine | undefined): void {
  if (worker?.pid !== undefined) process.kill(worker.pid, 'SIGSTOP')
}

describe.skipIf(process.platform === 'win32')('a worker that hangs', () => {
  test('is ended after a time and replaced, and its job is a failure that says so', async () => {
    const engine = await startPool(1, 5)
    hang(started[0])
    const timeout = expect.objectContaining({ name: 'RuntimeError', code: 'engine-timeout' })
    await expect(engine.encode(INPUTS)).rejects.toThrow(timeout)
    expect((await engine.encode(INPUTS)).tokens).toHaveLength(2)
    expect(started).toHaveLength(2)
    expect(troubles).toEqual([timeout])
  })

  test('keeps none of the others from their work', async () => {
    const engine = await startPool(2, 5)
    hang(started[0])
    const jobs = [engine.encode(INPUTS), engine.encode(INPUTS), engine.encode(INPUTS)]
    const outcomes = await Promise.allSettled(jobs)
    expect(outcomes.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
    ])
  })
})

test('a pool that is disposed of refuses what comes then', async () => {
  const engine = await startPool(1)
  await engine.dispose()
  await expect(engine.encode(INPUTS)).rejects.toThrow(/ended|unloaded/)
  expect(troubles).toEqual([])
})

test('a model that cannot be loaded is the error it is without a server', async () => {
  const models = [
    { name: 'good', model: TINY },
    { name: 'bad', model: '/nowhere/at/all' },
  ]
  const failure = await createServer({ models }).catch((error) => error)
  const expected = await SentenceEncoder.load('/nowhere/at/all').catch((error) => error)
  expect(expected.message).toContain('/nowhere')
  expect(failure).toBeInstanceOf(CheckpointError)
  expect(failure).toEqual(expected)
})

test('what a model’s workers all warn of at load is said once', async () => {
  const folder = changedModel(TINY, {})
  // Without it the poolings are a guess, and that is a warning.
  rmSync(join(folder, 'modules.json'))
  const warnings: ServerEvent[] = []
  const server = await createServer({
    models: [{ name: 'm', model: folder }],
    workers: 2,
    onEvent: (event) => event.kind === 'warning' && warnings.push(event),
  })
  expect(warnings).toEqual([expect.objectContaining({ kind: 'warning', model: 'm' })])
  await server.close()
})

test('two workers of each model give the vectors of one', async () => {
  const two = await ServerClient.start({ workers: 2, cacheSize: 0, batchTokens: 8 })
  const one = await ServerClient.start({ cacheSize: 0 })
  const inputs = Array.from({ length: 40 }, (_, i) => `第${i}句`)
  expect(await two.ok('/embed', { inputs })).toEqual(await one.ok('/embed', { inputs }))
  await two.server.close()
  await one.server.close()
})
