import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createServer, type Listener, listen, type RequestEvent, type Server } from 'yuju/server'
import { openSocket, receivedOn, requestHead } from './support/raw-request.ts'
import { TINY } from './support/server-client.ts'

let server: Server
let listener: Listener
let events: RequestEvent[] = []
let onRequest = () => {}

beforeAll(async () => {
  server = await createServer({
    models: [{ name: 'tiny', model: TINY }],
    onEvent(event) {
      if (event.kind !== 'request') return
      events.push(event)
      onRequest()
    },
  })
  listener = await listen(server, { port: 0, receiveTimeout: 1, drainDelay: 0 })
})

afterAll(() => listener.stop())

async function post(
  body: string | Uint8Array<ArrayBuffer>,
  path = '/embed',
  init: RequestInit = {},
) {
  const headers = { 'content-type': 'application/json' }
  const url = `${listener.url}${path}`
  const response = await fetch(url, { method: 'POST', body, headers, ...init })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** The server still answers, whatever was done to it. */
async function expectAlive(): Promise<void> {
  expect((await post('{"inputs":"还在吗"}')).status).toBe(200)
}

/** Waits for the end of a request that a test began. */
function requestEnd(path: string): Promise<RequestEvent> {
  events = []
  return new Promise((resolve) => {
    onRequest = () => {
      const event = events.find((candidate) => candidate.path === path)
      if (event) resolve(event)
    }
  })
}

describe('bodies', () => {
  test('10 MB are refused', async () => {
    const answer = await post(JSON.stringify({ inputs: 'x'.repeat(10_000_000) })).catch(() => 'cut')
    if (answer !== 'cut')
      expect(answer).toMatchObject({ status: 413, body: { code: 'body-too-large' } })
    await expectAlive()
  })

  test('10 MB of unknown length are refused', async () => {
    const socket = await openSocket(listener.port)
    const head = requestHead('/embed', 0).replace('content-length: 0', 'transfer-encoding: chunked')
    const chunk = `${(65_536).toString(16)}\r\n${'x'.repeat(65_536)}\r\n`
    socket.write(head)
    for (let part = 0; part < 160; part += 1) socket.write(chunk)
    socket.end('0\r\n\r\n')
    expect(await receivedOn(socket)).toMatch(/^HTTP\/1.1 413 |^$/)
    await expectAlive()
  })

  test('100,000 items are refused, of the right type and of wrong ones', async () => {
    const right = await post(JSON.stringify({ inputs: Array(100_000).fill('x') }))
    expect(right).toMatchObject({ status: 413, body: { code: 'items-too-many' } })
    const wrong = await post(JSON.stringify({ inputs: Array(100_000).fill(null) }))
    expect(wrong).toMatchObject({ status: 422, body: { code: 'request-invalid' } })
  })

  test('JSON a million levels deep is refused', async () => {
    const deep = `{"inputs":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`
    expect((await post(deep)).status).toBe(422)
    const ids = deep.replace('inputs', 'ids')
    expect((await post(ids, '/decode')).status).toBe(422)
    await expectAlive()
  })

  test('invalid UTF-8 is refused', async () => {
    const bytes = Uint8Array.from([...Buffer.from('{"inputs":"'), 0xc3, 0x28, ...Buffer.from('"}')])
    expect(await post(bytes)).toMatchObject({ status: 400, body: { code: 'body-not-utf8' } })
  })

  test.each([
    'null',
    '1',
    '"x"',
    '[]',
    '{}',
    '{"inputs":{}}',
    '{"inputs":[[1]]}',
    '{"inputs":true}',
  ])('the wrong type %s is refused', async (body) => {
    expect((await post(body)).status).toBe(422)
  })
})

describe('clients', () => {
  test('one that goes in mid-body harms nobody', async () => {
    const end = requestEnd('/embed')
    const socket = await openSocket(listener.port)
    socket.write(`${requestHead('/embed', 1000)}{"inputs":"`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    expect((await end).status).toBeGreaterThanOrEqual(400)
    await expectAlive()
  })

  test('one that sends its head a letter at a time is cut off', async () => {
    const socket = await openSocket(listener.port)
    const dripping = setInterval(() => socket.write('x'), 100)
    socket.write('POST /embed HTTP/1.1\r\nx-slow: ')
    expect(await receivedOn(socket)).toMatch(/^HTTP\/1.1 408 |^$/)
    clearInterval(dripping)
    await expectAlive()
  })

  test('one that sends its body a letter at a time is cut off', async () => {
    const socket = await openSocket(listener.port)
    socket.write(requestHead('/embed', 10_000))
    const dripping = setInterval(() => socket.write('x'), 100)
    expect(await receivedOn(socket)).toMatch(/^HTTP\/1.1 4|^$/)
    clearInterval(dripping)
    await expectAlive()
  })

  test('one that goes before its answer is counted as gone', async () => {
    const end = requestEnd('/v1/embeddings')
    const input = Array.from({ length: 2000 }, (_, i) => `第${i}句`.repeat(60))
    const body = JSON.stringify({ model: 'tiny', input })
    const socket = await openSocket(listener.port)
    socket.write(requestHead('/v1/embeddings', Buffer.byteLength(body)) + body)
    await queueFills()
    socket.destroy()
    expect(await end).toMatchObject({ status: 499 })
    await expectAlive()
  })
})

/** Waits until texts wait in the queue. */
async function queueFills(): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${listener.url}/metrics`)).text()
    if (/^yuju_queue_length\{model="tiny"\} [1-9]/m.test(metrics)) return
  }
}

describe('too much at once', () => {
  test('a full queue is 429 and says when to come again', async () => {
    const models = [{ name: 'tiny', model: TINY }]
    const small = await createServer({ models, queueSize: 4, batchTokens: 1, cacheSize: 0 })
    const ask = (text: string, items: number) => {
      const inputs = Array.from({ length: items }, (_, i) => text.repeat(200) + i)
      return small.fetch(
        new Request('http://server/embed', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ inputs }),
        }),
      )
    }
    const answers = await Promise.all([ask('甲', 4), ask('乙', 4), ask('丙', 5)])
    const [, , refused] = answers
    expect(refused?.status).toBe(429)
    expect(refused?.headers.get('retry-after')).toBe('1')
    expect(answers.map(({ status }) => status)).toContain(200)
    expect((await ask('丁', 4)).status).toBe(200)
    await small.close()
  })

  test('a request too many is 429', async () => {
    const models = [{ name: 'tiny', model: TINY }]
    const small = await createServer({ models, maxRequests: 1 })
    const ask = () => small.fetch(new Request('http://server/embed', { method: 'POST' }))
    const answers = await Promise.all([ask(), ask()])
    expect(answers.map(({ status }) => status)).toEqual([415, 429])
    await small.close()
  })

  test('a request that takes too long is 503', async () => {
    const models = [{ name: 'tiny', model: TINY }]
    const hasty = await createServer({ models, requestTimeout: 0.001 })
    const inputs = Array.from({ length: 1000 }, (_, i) => `第${i}句`.repeat(80))
    const answer = await hasty.fetch(
      new Request('http://server/embed', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ inputs }),
      }),
    )
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ code: 'request-timeout' })
    await hasty.close()
  })
})

test('stopping answers what was begun', async () => {
  const models = [{ name: 'tiny', model: TINY }]
  const stopping = await createServer({ models })
  const { url, stop } = await listen(stopping, { port: 0, drainDelay: 0 })
  const inputs = Array.from({ length: 300 }, (_, i) => `第${i}句`.repeat(20))
  const asked = fetch(`${url}/embed`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs }),
  })
  while (!/yuju_open_requests 1/.test(await (await fetch(`${url}/metrics`)).text()));
  const stopped = stop()
  const answer = await asked
  expect(answer.status).toBe(200)
  expect(await answer.json()).toHaveLength(300)
  await stopped
  await expect(fetch(`${url}/health`)).rejects.toThrow()
})

test('a port that is taken is an error that names it', async () => {
  const models = [{ name: 'tiny', model: TINY }]
  const second = await createServer({ models })
  await expect(listen(second, { port: listener.port })).rejects.toThrow(
    expect.objectContaining({
      code: 'port-unavailable',
      message: expect.stringContaining(`${listener.port}`),
    }),
  )
  await second.close()
})
