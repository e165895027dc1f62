import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { ServerClient, TINY } from './support/server-client.ts'
import { FIXTURES, readJson } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'

const TEXTS = readJson<string[]>(`${FIXTURES}/texts.json`)

interface Embeddings {
  readonly object: string
  readonly data: readonly { readonly index: number; readonly embedding: readonly number[] }[]
  readonly model: string
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number }
}

interface Base64Embeddings {
  readonly data: readonly { readonly embedding: string }[]
}

let client: ServerClient
let encoder: SentenceEncoder

beforeAll(async () => {
  client = await ServerClient.start()
  encoder = await SentenceEncoder.load(TINY, { onWarning: () => {} })
})

afterAll(async () => {
  await client.server.close()
  await encoder.dispose()
})

function embed(input: unknown, options: object = {}): Promise<Embeddings> {
  return client.ok('/v1/embeddings', { model: 'tiny', input, ...options })
}

const vectorsOf = ({ data }: Embeddings) => data.flatMap(({ embedding }) => embedding)

test('null for what may be left out is as if it were', async () => {
  const nulls = { encoding_format: null, dimensions: null, user: null, normalize: null }
  expect(await embed(TEXTS[0], nulls)).toEqual(await embed(TEXTS[0]))
})

test('/embeddings is the same without the name of a model, and with one', async () => {
  const expected = await embed(TEXTS[0])
  expect(await client.ok('/embeddings', { input: TEXTS[0] })).toEqual(expected)
  expect(await client.ok('/embeddings', { input: TEXTS[0], model: 'tiny' })).toEqual(expected)
  const { body } = await client.post('/embeddings', { input: 1 })
  expect(body).toMatchObject({ error: { code: 'request-invalid' } })
})

describe('vectors are those of SentenceEncoder', () => {
  test('normalized by default, in the order of the texts', async () => {
    const answer = await embed(TEXTS)
    const expected = await encoder.encode(TEXTS, { normalize: true, truncate: 'silent' })
    expect(answer).toMatchObject({ object: 'list', model: 'tiny' })
    expect(answer.data.map(({ index }) => index)).toEqual(TEXTS.map((_, index) => index))
    expect(largestDifference(vectorsOf(answer), expected.data)).toBeLessThanOrEqual(1e-6)
  })

  test('as the model gives them where asked', async () => {
    const expected = await encoder.encode(TEXTS.slice(0, 5))
    const answer = await embed(TEXTS.slice(0, 5), { normalize: false })
    expect(largestDifference(vectorsOf(answer), expected.data)).toBeLessThanOrEqual(1e-6)
  })

  test('the first dimensions, scaled after the cut', async () => {
    const expected = await encoder.encode(TEXTS.slice(0, 5), { dimensions: 7, normalize: true })
    const answer = await embed(TEXTS.slice(0, 5), { dimensions: 7 })
    expect(largestDifference(vectorsOf(answer), expected.data)).toBeLessThanOrEqual(1e-6)
  })

  test('usage counts every token', async () => {
    const { tokens } = await encoder.encode(TEXTS, { truncate: 'silent' })
    const sum = tokens.reduce((total, count) => total + count, 0)
    expect((await embed(TEXTS)).usage).toEqual({ prompt_tokens: sum, total_tokens: sum })
  })
})

describe('laws', () => {
  test('a text alone is the text in a batch', async () => {
    const together = vectorsOf(await embed(TEXTS))
    const alone: number[] = []
    for (const text of TEXTS) alone.push(...vectorsOf(await embed(text)))
    expect(largestDifference(alone, together)).toBeLessThanOrEqual(1e-6)
  })

  test('base64 holds the same numbers as float', async () => {
    const floats = Float32Array.from(vectorsOf(await embed(TEXTS)))
    const { data } = await client.ok<Base64Embeddings>('/v1/embeddings', {
      model: 'tiny',
      input: TEXTS,
      encoding_format: 'base64',
    })
    const bytes = data.map(({ embedding }) => Buffer.from(embedding, 'base64'))
    expect(new Float32Array(Uint8Array.from(Buffer.concat(bytes)).buffer)).toEqual(floats)
  })

  test('token ids are taken as they are', async () => {
    const texts = TEXTS.slice(0, 8)
    const rows = encoder.tokenize(texts).map(({ ids }) => [...ids])
    const fromIds = await embed(rows)
    const fromTexts = await embed(texts)
    expect(vectorsOf(fromIds)).toEqual(vectorsOf(fromTexts))
    expect(fromIds.usage).toEqual(fromTexts.usage)
    expect(vectorsOf(await embed(rows[0]))).toEqual(vectorsOf(await embed(texts[0])))
    const bare = rows.map((ids) => ids.slice(1, -1)).filter((ids) => ids.length > 0)
    const count = bare.reduce((sum, { length }) => sum + length, 0)
    expect((await embed(bare)).usage.prompt_tokens).toBe(count)
  })
})

describe('texts that are too long', () => {
  const long = '长'.repeat(600)

  test('are cut, and the answer says so', async () => {
    const answer = await client.post('/v1/embeddings', { model: 'tiny', input: [long, '短', long] })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-truncated-texts')).toBe('2')
    expect(answer.body).toMatchObject({ usage: { prompt_tokens: 256 + 3 + 256 } })
  })

  test('are refused by a server that does not cut', async () => {
    const strict = await ServerClient.start({ truncate: false })
    const answer = await strict.post('/v1/embeddings', { model: 'tiny', input: ['短', long] })
    expect(answer.status).toBe(413)
    expect(answer.body).toMatchObject({ error: { code: 'text-too-long' } })
    await strict.server.close()
  })
})

describe('what cannot be meant', () => {
  test.each([
    ['no input', { model: 'tiny' }],
    ['no model', { input: 'x' }],
    ['an empty list', { model: 'tiny', input: [] }],
    ['a list of lists of nothing', { model: 'tiny', input: [[]] }],
    ['a number', { model: 'tiny', input: 5 }],
    ['a mixture', { model: 'tiny', input: ['x', 5] }],
    ['null', { model: 'tiny', input: null }],
    ['an object', { model: 'tiny', input: { text: 'x' } }],
    ['a fraction as token id', { model: 'tiny', input: [1.5] }],
    ['a negative token id', { model: 'tiny', input: [-1] }],
    ['a token id beyond the vocabulary', { model: 'tiny', input: [21_128] }],
    ['no dimensions', { model: 'tiny', input: 'x', dimensions: 0 }],
    ['too many dimensions', { model: 'tiny', input: 'x', dimensions: 49 }],
    ['another format', { model: 'tiny', input: 'x', encoding_format: 'hex' }],
    ['a list', []],
    ['a string', '"x"'],
  ])('%s is 422', async (_, body) => {
    const answer = await client.post('/v1/embeddings', body)
    expect(answer.status).toBe(422)
    expect(answer.body).toEqual({
      error: {
        message: expect.any(String),
        type: 'invalid_request_error',
        param: null,
        code: expect.stringMatching(/^(request-invalid|token-id-unknown)$/),
      },
    })
  })

  test('a row of more token ids than the model takes is 413', async () => {
    const answer = await client.post('/v1/embeddings', { model: 'tiny', input: Array(257).fill(5) })
    expect(answer.status).toBe(413)
  })

  test('a model that is not served is 404 and names those that are', async () => {
    const answer = await client.post('/v1/embeddings', { model: 'ada', input: 'x' })
    expect(answer.status).toBe(404)
    expect(answer.body).toMatchObject({
      error: { code: 'model-unknown', message: expect.stringContaining('tiny, dense/zh') },
    })
  })
})

describe('models', () => {
  test('are listed, the default one first', async () => {
    const { body } = await client.get('/v1/models')
    expect(body).toMatchObject({
      object: 'list',
      data: [
        { id: 'tiny', object: 'model', dimensions: 48, max_input_length: 256 },
        { id: 'dense/zh', dimensions: 32 },
      ],
    })
  })

  test.each(['dense/zh', 'dense%2Fzh'])('one is found as %s', async (name) => {
    const { status, body } = await client.get(`/v1/models/${name}`)
    expect([status, body]).toMatchObject([200, { id: 'dense/zh' }])
  })

  test('each has its own vectors', async () => {
    const { data } = await embed('今天', { model: 'dense/zh' })
    expect(data[0]?.embedding).toHaveLength(32)
  })
})
