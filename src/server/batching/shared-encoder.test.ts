import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { GatedEngine } from '../../../test/support/gated-engine.ts'
import { worksOf } from '../models/index.ts'
import { Batcher } from './batcher.ts'
import { ResultCache } from './result-cache.ts'
import { SharedEncoder, type Sources } from './shared-encoder.ts'

const LONG_WAIT = 3_600_000

let engine: GatedEngine
let batcher: Batcher
let encoder: SharedEncoder
let sources: Sources[]

beforeEach(() => {
  start({ cacheBytes: 0 })
})

function start({ cacheBytes }: { readonly cacheBytes: number }): void {
  engine = new GatedEngine()
  batcher = new Batcher(engine.capacity, { queueSize: 10, batchTokens: 8, batchWait: LONG_WAIT })
  sources = []
  const record = (source: Sources) => sources.push(source)
  const cache = new ResultCache(cacheBytes)
  const work = worksOf(engine, () => {}).encode
  encoder = new SharedEncoder({ model: 'm', batcher, work, cache, record })
}

function encode(texts: readonly string[], signal = new AbortController().signal) {
  const result = encoder.encode(
    texts.map((text) => ({ text, prompt: '' })),
    signal,
  )
  result.catch(() => {})
  return result
}

const jobs = () => engine.jobs.map(({ texts }) => texts)

/** Lets the batcher look at its queue. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn()
}

async function finish(job: number): Promise<void> {
  engine.jobs[job]?.finish()
  await settle()
}

describe('batches', () => {
  test('an idle engine gets at once what came in together', async () => {
    const [a, b] = [encode(['1']), encode(['22'])]
    await settle()
    expect(jobs()).toEqual([['1', '22']])
    await finish(0)
    expect((await a).map(({ vector }) => [...vector])).toEqual([[1]])
    expect((await b).map(({ vector }) => [...vector])).toEqual([[2]])
  })

  test('while it is busy, texts wait for company until a batch is full', async () => {
    encode(['1'])
    await settle()
    encode(['2'])
    await settle()
    expect(jobs()).toEqual([['1']])
    encode(['3', '4'])
    await settle()
    expect(jobs()).toEqual([['1'], ['2', '3']])
    expect(batcher.waiting).toBe(1)
  })

  test('an engine is given no more than it can hold', async () => {
    for (const text of ['123456', '234567', '345678']) {
      encode([text])
      await settle()
    }
    expect(jobs()).toEqual([['123456'], ['234567']])
    await finish(0)
    expect(jobs()).toHaveLength(3)
  })

  test('when it has nothing left to do, it gets what waits without delay', async () => {
    encode(['1'])
    await settle()
    const waiting = encode(['2'])
    await finish(0)
    await finish(1)
    expect((await waiting).map(({ tokens }) => tokens)).toEqual([1])
  })
})

describe('no text is encoded twice', () => {
  test('within a request', async () => {
    const result = encode(['1', '22', '1'])
    await settle()
    expect(jobs()).toEqual([['1', '22']])
    await finish(0)
    expect((await result).map(({ tokens }) => tokens)).toEqual([1, 2, 1])
    expect(sources).toEqual([{ cached: 0, shared: 1, encoded: 2 }])
  })

  test('for requests at the same time', async () => {
    const results = [encode(['1']), encode(['1'])]
    await settle()
    expect(jobs()).toEqual([['1']])
    await finish(0)
    for (const result of results) expect(await result).toHaveLength(1)
  })

  test('while the cache remembers it', async () => {
    start({ cacheBytes: 10_000 })
    const first = encode(['1'])
    await settle()
    await finish(0)
    const [text] = await first
    expect(await encode(['1'])).toEqual([text])
    expect(jobs()).toHaveLength(1)
    expect(sources[1]).toEqual({ cached: 1, shared: 0, encoded: 0 })
  })

  test('the cache forgets what was requested longest ago', async () => {
    start({ cacheBytes: 700 })
    for (const [index, text] of ['1', '2', '3', '1'].entries()) {
      encode([text])
      await settle()
      await finish(index)
    }
    expect(jobs()).toEqual([['1'], ['2'], ['3'], ['1']])
  })
})

describe('a request that is given up', () => {
  test('leaves the queue before it costs anything', async () => {
    const abort = new AbortController()
    encode(['1'])
    await settle()
    const given = encode(['2', '3'], abort.signal)
    await settle()
    expect(batcher.waiting).toBe(2)
    abort.abort(new Error('gone'))
    await expect(given).rejects.toThrow('gone')
    expect(batcher.waiting).toBe(0)
    await finish(0)
    expect(jobs()).toEqual([['1']])
  })

  test('leaves what another request wants', async () => {
    const abort = new AbortController()
    encode(['1'])
    await settle()
    const given = encode(['2'], abort.signal)
    const kept = encode(['2'])
    abort.abort(new Error('gone'))
    await expect(given).rejects.toThrow('gone')
    await finish(0)
    await finish(1)
    expect(await kept).toHaveLength(1)
  })

  test('before it began touches nothing', async () => {
    await expect(encode(['1'], AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
    expect(batcher.waiting).toBe(0)
  })

  test('can be repeated', async () => {
    const abort = new AbortController()
    encode(['1'])
    await settle()
    const given = encode(['2'], abort.signal)
    abort.abort(new Error('gone'))
    await expect(given).rejects.toThrow('gone')
    const again = encode(['2'])
    await finish(0)
    await finish(1)
    expect(await again).toHaveLength(1)
  })
})

describe('failures', () => {
  test('a full queue refuses a request whole', async () => {
    const texts = Array.from({ length: 11 }, (_, i) => `text ${i}`)
    await expect(encode(texts)).rejects.toThrow(expect.objectContaining({ code: 'queue-full' }))
    expect(batcher.waiting).toBe(0)
  })

  test('a job that fails is the failure of its requests, and of no later one', async () => {
    const failed = encode(['1'])
    await settle()
    engine.jobs[0]?.fail(new Error('broken'))
    await expect(failed).rejects.toThrow('broken')
    const again = encode(['1'])
    await settle()
    await finish(1)
    expect(await again).toHaveLength(1)
  })
})
