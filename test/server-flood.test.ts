import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createServer, type Listener, listen } from 'yuju/server'
import { openSocket, requestHead } from './support/raw-request.ts'
import { TINY } from './support/server-client.ts'

/** 32 texts longer than the model's limit: the largest answer a request can ask for. */
const LONG = JSON.stringify({
  inputs: Array.from({ length: 32 }, (_, i) => `第${i}句`.repeat(200)),
})

let listener: Listener

beforeAll(async () => {
  const models = [{ name: 'tiny', model: TINY }]
  // Room for one such response.
  const settings = { workers: 1, cacheSize: 0, responseMemory: 1, requestTimeout: 10 }
  const server = await createServer({ models, ...settings })
  listener = await listen(server, { port: 0, drainDelay: 0 })
})

afterAll(() => listener.stop())

/** A client that asks for much and goes. */
async function askAndGo(path: string, milliseconds: number): Promise<void> {
  const socket = await openSocket(listener.port)
  socket.resume()
  socket.write(requestHead(path, Buffer.byteLength(LONG)) + LONG)
  await pause(milliseconds)
  socket.destroy()
}

async function embed(inputs: string): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ inputs })
  return (await fetch(`${listener.url}/embed`, { method: 'POST', headers, body })).status
}

/** A number of the server's metrics, summed over its labels that have `label` among them. */
async function metric(name: string, label = ''): Promise<number> {
  const text = await (await fetch(`${listener.url}/metrics`)).text()
  const lines = text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))
  return [...lines].reduce((sum, [, labels = '', value]) => {
    return labels.includes(label) ? sum + Number(value) : sum
  }, 0)
}

/** Waits until nothing is open, waits or takes memory; what is lost on the way is waited for in vain. */
async function untilIdle(): Promise<void> {
  for (const name of ['yuju_open_requests', 'yuju_queue_length', 'yuju_response_bytes']) {
    while ((await metric(name)) > 0) await pause(20)
  }
}

test('clients that ask for much and go cost others nothing', async () => {
  let flooding = true
  const flood = Array.from({ length: 16 }, async () => {
    while (flooding) await askAndGo('/embed_all', 100)
  })
  for (let i = 0; i < 5; i += 1) {
    expect(await embed(`第${i}次`)).toBe(200)
    await pause(100)
  }
  flooding = false
  await Promise.all(flood)
  await untilIdle()
  expect(await metric('yuju_request_seconds_count', 'status="429"')).toBeGreaterThan(0)
  expect(await embed('洪水之后')).toBe(200)
  const batches = await metric('yuju_batch_texts_count')
  await pause(300)
  expect(await metric('yuju_batch_texts_count')).toBe(batches)
})

test.each(['/embed_all', '/tokenize', '/embed'])(
  'what a client of %s no longer waits for is not done',
  async (path) => {
    const answered = () => metric('yuju_request_seconds_count', `route="${path}"`)
    const [before, earlier] = [await metric('yuju_batch_texts_sum'), await answered()]
    await askAndGo(path, 0)
    while ((await answered()) === earlier) await pause(20)
    await untilIdle()
    // One batch may have been begun for each the engine holds.
    expect((await metric('yuju_batch_texts_sum')) - before).toBeLessThan(32)
  },
)

test('an answer that its client does not take ends with the time for the request', async () => {
  const socket = await openSocket(listener.port)
  socket.pause()
  socket.write(requestHead('/embed_all', Buffer.byteLength(LONG)) + LONG)
  while ((await metric('yuju_response_bytes')) === 0) await pause(5)
  await untilIdle()
  socket.destroy()
})
