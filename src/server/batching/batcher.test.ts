import { setTimeout as pause } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { RuntimeError } from '../../errors/index.ts'
import { Batcher } from './batcher.ts'
import type { Work } from './ticket.ts'

/** Work whose batches end when the test says so; the result of a text is its upper case. */
class GatedWork implements Work<string, string> {
  readonly batches: {
    readonly texts: readonly string[]
    finish(): void
    fail(error: Error): void
  }[] = []

  cost(text: string): number {
    return text.length
  }

  run(texts: readonly string[]): Promise<string[]> {
    return new Promise((resolve, reject) => {
      const finish = () => resolve(texts.map((text) => text.toUpperCase()))
      this.batches.push({ texts, finish, fail: reject })
    })
  }

  get texts(): (readonly string[])[] {
    return this.batches.map(({ texts }) => texts)
  }
}

let batcher: Batcher
let work: GatedWork

beforeEach(() => {
  batcher = new Batcher(1, { queueSize: 8, batchTokens: 2, batchWait: 0 })
  work = new GatedWork()
})

function run(texts: string, signal = new AbortController().signal) {
  const result = batcher.run(work, [...texts], signal)
  result.catch(() => {})
  return result
}

/** Lets the batcher look at its queue, for which it sets a timer of less. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await pause(3)
}

async function finishAll(from = 0): Promise<void> {
  for (let batch = from; batch < work.batches.length; batch += 1) {
    work.batches[batch]?.finish()
    await settle()
  }
}

test('results come in order, whatever batches they were in', async () => {
  const result = run('abcde')
  await settle()
  await finishAll()
  expect(await result).toEqual(['A', 'B', 'C', 'D', 'E'])
  expect(work.texts).toEqual([['a', 'b'], ['c', 'd'], ['e']])
})

describe('what nobody waits for', () => {
  test('is dropped between the batches of a request', async () => {
    const abort = new AbortController()
    const given = run('abcdef', abort.signal)
    await settle()
    expect(batcher.waiting).toBe(4)
    abort.abort(new Error('gone'))
    await expect(given).rejects.toThrow('gone')
    expect(batcher.waiting).toBe(0)
    const other = run('x')
    await finishAll()
    expect(work.texts).toEqual([['a', 'b'], ['x']])
    expect(await other).toEqual(['X'])
  })

  test('is dropped when a batch of the request fails', async () => {
    const failed = run('abcdef')
    await settle()
    work.batches[0]?.fail(new Error('broken'))
    await expect(failed).rejects.toThrow('broken')
    await settle()
    expect(work.texts).toEqual([['a', 'b']])
    expect(batcher.waiting).toBe(0)
  })

  test('leaves room for what comes then', async () => {
    const abort = new AbortController()
    run('abcdefgh', abort.signal)
    await expect(run('x')).rejects.toThrow(expect.objectContaining({ code: 'queue-full' }))
    abort.abort()
    await settle()
    const other = run('x')
    await settle()
    await finishAll()
    expect(await other).toEqual(['X'])
  })
})

describe('a text that takes too long', () => {
  const tooLong = () => new RuntimeError('engine-timeout', 'no result')

  test('fails its own request only: the others of its batch are run again alone', async () => {
    const [good, bad, other] = [run('a'), run('b'), run('c')]
    await settle()
    expect(work.texts).toEqual([['a', 'b']])
    work.batches[0]?.fail(tooLong())
    await settle()
    expect(work.texts.slice(1)).toEqual([['a']])
    work.batches[1]?.finish()
    await settle()
    expect(work.texts.slice(2)).toEqual([['b']])
    work.batches[2]?.fail(tooLong())
    await settle()
    await finishAll(3)
    expect(await good).toEqual(['A'])
    await expect(bad).rejects.toThrow(expect.objectContaining({ code: 'engine-timeout' }))
    expect(await other).toEqual(['C'])
  })

  test('is not run again where nobody waits for it any more', async () => {
    const abort = new AbortController()
    run('a', abort.signal)
    const good = run('b')
    await settle()
    abort.abort()
    await settle()
    work.batches[0]?.fail(tooLong())
    await settle()
    await finishAll(1)
    expect(work.texts).toEqual([['a', 'b'], ['b']])
    expect(await good).toEqual(['B'])
  })
})
