import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createServer } from 'yuju/server'
import { ServerClient, TINY } from './support/server-client.ts'

let client: ServerClient
let locked: ServerClient

beforeAll(async () => {
  client = await ServerClient.start({ bodyLimit: 2048, maxItems: 3, maxCharacters: 20 })
  locked = await ServerClient.start({ apiKeys: ['one', 'two'], corsOrigins: ['https://a.example'] })
})

afterAll(async () => {
  await client.server.close()
  await locked.server.close()
})

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

describe('without the right key', () => {
  test('nothing but health answers, and the page', async () => {
    const { body } = await locked.with({ authorization: 'Bearer one' }).get('/openapi.json')
    const paths = Object.entries((body as Document).paths)
    expect(paths.length).toBeGreaterThan(9)
    for (const [path, methods] of [
      ...paths,
      ['/openapi.json', { get: 1 }],
      ['/docs', { get: 1 }],
    ] as const) {
      for (const method of Object.keys(methods)) {
        const isOpen = /^\/(health.*|ping)?$/.test(path) && method === 'get'
        const ask = (from: ServerClient) =>
          method === 'post' ? from.post(path, { inputs: 'x' }) : from.get(path)
        expect((await ask(locked)).status, path).toBe(isOpen ? 200 : 401)
        const wrong = locked.with({ authorization: 'Bearer three' })
        expect((await ask(wrong)).status, path).toBe(isOpen ? 200 : 401)
      }
    }
    expect((await locked.get('/nowhere')).status).toBe(401)
  })

  test('the refusal says what to send', async () => {
    const answer = await locked.post('/v1/embeddings', {})
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    expect(answer.body).toMatchObject({
      error: { type: 'authentication_error', code: 'key-missing' },
    })
  })
})

test('metrics need no key where that is asked for', async () => {
  const open = await ServerClient.start({ apiKeys: ['one'], openMetrics: true })
  await open.with({ authorization: 'Bearer one' }).ok('/embed', { inputs: ['x', 'y'] })
  const { status, body } = await open.get('/metrics')
  expect(status).toBe(200)
  expect(body).toContain('yuju_request_seconds_count{route="/embed",status="200"} 1')
  expect(body).toContain('yuju_texts_total{model="tiny",source="encoded"} 2')
  expect(body).toContain('yuju_tokens_total{model="tiny"} 6')
  expect(body).toContain('yuju_queue_length{model="tiny"} 0')
  expect((await open.get('/info')).status).toBe(401)
  await open.server.close()
})

test.each(['one', 'two'])('the key %s opens', async (key) => {
  const answer = await locked
    .with({ authorization: `Bearer ${key}` })
    .post('/embed', { inputs: 'x' })
  expect(answer.status).toBe(200)
})

describe('pages of other origins', () => {
  const preflight = (origin: string) =>
    locked.server.fetch(
      new Request('http://server/v1/embeddings', {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,x-stainless-os',
        },
      }),
    )

  test('are allowed by name, with whatever headers they want to send', async () => {
    const { status, headers } = await preflight('https://a.example')
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-origin')).toBe('https://a.example')
    expect(headers.get('access-control-allow-headers')).toBe(
      'authorization,content-type,x-stainless-os',
    )
  })

  test('and no others', async () => {
    const { headers } = await preflight('https://b.example')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('request ids', () => {
  test('a plain one is kept', async () => {
    const answer = await client.with({ 'x-request-id': 'abc-1' }).get('/health')
    expect(answer.headers.get('x-request-id')).toBe('abc-1')
  })

  test('another one is replaced, and every answer has one', async () => {
    const long = await client.with({ 'x-request-id': 'x'.repeat(200) }).get('/nowhere')
    expect(long.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
  })
})

describe('limits', () => {
  test.each([
    ['a large body', { inputs: 'x'.repeat(4000) }, 'body-too-large'],
    ['many texts', { inputs: ['1', '2', '3', '4'] }, 'items-too-many'],
    ['a large text', { inputs: ['1', 'x'.repeat(21)] }, 'text-too-large'],
  ])('%s is 413', async (_, body, code) => {
    const answer = await client.post('/embed', body)
    expect(answer.status).toBe(413)
    expect(answer.body).toMatchObject({ error_type: 'Validation', code })
  })
})

describe('what a client sent is not sent back at length', () => {
  const long = 'x'.repeat(1500)

  test.each([
    ['the name of a model', '/embed', { inputs: 'x', model: long }, 404],
    ['the name of a prompt', '/embed', { inputs: 'x', prompt_name: long }, 422],
    ['a model of OpenAI’s', '/v1/embeddings', { input: 'x', model: long }, 404],
    ['a path', `/${long}`, {}, 404],
    ['a path of the page', `/page/${long}`, {}, 405],
  ])('%s', async (_, path, body, status) => {
    const answer = await client.post(path, body)
    expect(answer.status).toBe(status)
    expect(JSON.stringify(answer.body).length).toBeLessThan(600)
  })

  test('a content type', async () => {
    const headers = { 'content-type': long }
    const answer = await client.post('/embed', '{}', { headers })
    expect(answer.status).toBe(415)
    expect(JSON.stringify(answer.body).length).toBeLessThan(600)
  })
})

describe('bodies that cannot be read', () => {
  test.each([
    ['no JSON', '{"inputs":', 400, 'body-not-json'],
    ['nothing', '', 400, 'body-not-json'],
    ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 400, 'body-not-utf8'],
    ['deep JSON', '['.repeat(1000) + ']'.repeat(1000), 422, 'request-invalid'],
  ])('%s', async (_, body, status, code) => {
    const answer = await client.post('/embed', body)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ code })
  })

  test('another content type', async () => {
    const headers = { 'content-type': 'text/plain' }
    const answer = await client.post('/embed', '{"inputs":"x"}', { headers })
    expect(answer.status).toBe(415)
  })
})

test.each(['gzip', 'br', 'deflate, gzip'])(
  'a body in %s is refused, and how to send it said',
  async (encoding) => {
    const headers = { 'content-encoding': encoding }
    const answer = await client.post('/embed', gzipSync('{"inputs":"x"}'), { headers })
    expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([415, 'identity'])
    expect(answer.body).toMatchObject({ code: 'content-encoding' })
    const plain = await client.post(
      '/embed',
      { inputs: 'x' },
      { headers: { 'content-encoding': 'identity' } },
    )
    expect(plain.status).toBe(200)
  },
)

describe('paths and methods', () => {
  test('an unknown path is 404, in the shape of its clients', async () => {
    expect((await client.get('/nowhere')).body).toMatchObject({ code: 'route-unknown' })
    expect((await client.get('/v1/nowhere')).body).toMatchObject({
      error: { code: 'route-unknown', type: 'invalid_request_error' },
    })
  })

  test('another method is 405 and names those there are', async () => {
    const answer = await client.get('/embed', 'DELETE')
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
    const root = await client.get('/', 'DELETE')
    expect([root.status, root.headers.get('allow')]).toEqual([405, 'POST, GET, HEAD'])
  })
})

describe('draining', () => {
  test('turns readiness off and refuses new work, while the process lives', async () => {
    const draining = await ServerClient.start()
    expect((await draining.get('/health')).status).toBe(200)
    await draining.server.drain()
    expect((await draining.get('/health')).status).toBe(503)
    expect((await draining.get('/health/live')).status).toBe(200)
    const answer = await draining.post('/v1/embeddings', { model: 'tiny', input: 'x' })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    expect(answer.body).toMatchObject({ error: { type: 'server_error', code: 'draining' } })
    await draining.server.close()
  })
})

describe('settings', () => {
  const models = [{ name: 'tiny', model: TINY }]

  test('a wrong one is named', async () => {
    await expect(createServer({ models, maxItems: 0 })).rejects.toThrow(/^maxItems: /)
  })

  test('two models of one name are refused', async () => {
    const twice = [...models, ...models]
    await expect(createServer({ models: twice })).rejects.toThrow('two models have one name')
  })

  test('no model is refused', async () => {
    await expect(createServer({ models: [] })).rejects.toThrow('at least one model')
  })
})
