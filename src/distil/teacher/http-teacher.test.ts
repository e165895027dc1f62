import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '../../../test/support/loopback-hub.ts'
import { openTeacher } from './open-teacher.ts'

interface RequestBody {
  readonly input: readonly string[]
  readonly model?: string
}
type Responder = (sent: RequestBody, response: ServerResponse) => void

/** The length of each text, and 1, as an embeddings service gives vectors. */
const lengths: Responder = ({ input }, response) => {
  const data = input.map((text, index) => ({ index, embedding: [text.length, 1] }))
  response.end(JSON.stringify({ object: 'list', data: data.reverse() }))
}
const status =
  (code: number, headers: Record<string, string> = { 'retry-after': '0' }): Responder =>
  (_, response) => {
    response.writeHead(code, headers).end('{"error":"not now"}')
  }
const json =
  (content: unknown): Responder =>
  (_, response) => {
    response.end(JSON.stringify(content))
  }
const breaking: Responder = (_, response) => {
  response.writeHead(200, { 'content-length': '1000' })
  response.write('{"data": [')
  setTimeout(() => response.destroy(), 10)
}

/** A service on loopback that responds so, a request at a time, then as it should. */
async function service(...responders: readonly Responder[]) {
  const seen: { sent: RequestBody; authorization: string | undefined }[] = []
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const sent: RequestBody = JSON.parse(body)
    const respond = responders[seen.length] ?? lengths
    seen.push({ sent, authorization: request.headers.authorization })
    respond(sent, response)
  }
  const server = createServer((request, response) => void handle(request, response))
  const url = `${await listen(server)}/v1/embeddings`
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url, seen }
}

test('a service is sent batches, with model and key', async () => {
  const { url, seen } = await service()
  const options = { model: 'm', apiKey: 'secret', batchSize: 2 }
  const teacher = await openTeacher(url, { service: options, prompt: '句' })
  const { data, rows, dimensions } = await teacher.vectors(['一', '二二', ''])
  expect([...data]).toEqual([2, 1, 3, 1, 1, 1])
  expect([rows, dimensions]).toEqual([3, 2])
  expect(seen.map(({ sent }) => sent.input)).toEqual([['句一', '句二二'], ['句']])
  expect(seen[0]?.sent.model).toBe('m')
  expect(seen[0]?.authorization).toBe('Bearer secret')
})

test.each([
  ['too many requests', [status(429), status(429)]],
  ['a server that fails', [status(500), status(503, { 'retry-after': new Date(0).toUTCString() })]],
  ['a connection that breaks in the middle', [breaking]],
])('%s is tried again', async (_, responders) => {
  const { url, seen } = await service(...responders)
  const { data } = await (await openTeacher(url)).vectors(['一'])
  expect([...data]).toEqual([1, 1])
  expect(seen.length).toBe(responders.length + 1)
})

describe('an answer that cannot be used', () => {
  const embedding = [1, 2]
  test.each([
    ['a refusal', status(401), 'teacher-service-failed'],
    ['a long pause', status(429, { 'retry-after': '3600' }), 'teacher-service-failed'],
    [
      'no JSON',
      (_: RequestBody, response: ServerResponse) => response.end('<html>'),
      'teacher-response',
    ],
    ['no vectors', json({ data: [{ index: 0 }] }), 'teacher-response'],
    ['a vector too few', json({ data: [{ index: 0, embedding }] }), 'teacher-rows'],
    [
      'one text answered twice',
      json({
        data: [
          { index: 1, embedding },
          { index: 1, embedding },
        ],
      }),
      'teacher-rows',
    ],
    [
      'vectors of two lengths',
      json({
        data: [
          { index: 0, embedding },
          { index: 1, embedding: [1] },
        ],
      }),
      'teacher-rows',
    ],
    [
      'vectors of no length',
      json({
        data: [
          { index: 0, embedding: [] },
          { index: 1, embedding: [] },
        ],
      }),
      'teacher-rows',
    ],
    [
      'NaN',
      json({
        data: [
          { index: 0, embedding: [Number.NaN] },
          { index: 1, embedding: [1] },
        ],
      }),
      'teacher-response',
    ],
    [
      'a number beyond float16',
      json({
        data: [
          { index: 0, embedding: [1] },
          { index: 1, embedding: [1e6] },
        ],
      }),
      'teacher-not-finite',
    ],
  ])('%s is an error, at once', async (_, respond, code) => {
    const { url, seen } = await service(respond, respond)
    const teacher = await openTeacher(url)
    await expect(teacher.vectors(['一', '二'])).rejects.toMatchObject({ code })
    expect(seen.length).toBe(1)
  })

  test('a service that always fails is given up', async () => {
    const { url, seen } = await service(...Array.from({ length: 9 }, () => status(502)))
    const teacher = await openTeacher(url)
    await expect(teacher.vectors(['一'])).rejects.toThrow(/502.*not now.*check its address/)
    expect(seen.length).toBe(5)
  })
})

test('a service can be given up by signal', async () => {
  const controller = new AbortController()
  const { url } = await service(() => controller.abort(new Error('enough')))
  const teacher = await openTeacher(url)
  await expect(teacher.vectors(['一'], controller.signal)).rejects.toThrow('enough')
})

test('a request without an answer is tried again', async () => {
  const { url, seen } = await service(() => {})
  const teacher = await openTeacher(url, { service: { timeout: 200 } })
  expect([...(await teacher.vectors(['一'])).data]).toEqual([1, 1])
  expect(seen.length).toBe(2)
})

describe('a function', () => {
  const matrix = (numbers: readonly number[], rows: number) => ({
    data: Float32Array.from(numbers),
    rows,
    dimensions: 2,
  })

  test('is a teacher under an id of its own', async () => {
    const ones = async (texts: readonly string[]) =>
      matrix(
        texts.flatMap(() => [1, 1]),
        texts.length,
      )
    const teacher = await openTeacher(ones, { id: 'ones' })
    expect([...(await teacher.vectors(['一', '二'])).data]).toEqual([1, 1, 1, 1])
    expect(teacher.id).not.toBe((await openTeacher(ones, { id: 'ones', prompt: '句' })).id)
    await expect(openTeacher(ones)).rejects.toMatchObject({ code: 'teacher-id-missing' })
  })

  test('must give a number for everything', async () => {
    const nan = await openTeacher(async () => matrix([1, Number.NaN], 1), { id: 'nan' })
    await expect(nan.vectors(['一'])).rejects.toThrow(/NaN.*一/)
    const short = await openTeacher(async () => matrix([1, 1], 1), { id: 'short' })
    await expect(short.vectors(['一', '二'])).rejects.toMatchObject({ code: 'teacher-rows' })
  })
})
