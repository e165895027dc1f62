import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { instructionSets } from '../dist/runtime/index.js'
import { DENSE, ServerClient, TINY } from './support/server-client.ts'
import { FIXTURES, readJson } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'

const TEXTS = readJson<string[]>(`${FIXTURES}/texts.json`).slice(0, 40)
const silent = { truncate: 'silent' } as const

interface Token {
  readonly id: number
  readonly text: string
  readonly special: boolean
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

describe('/embed', () => {
  test('gives the vectors of SentenceEncoder', async () => {
    const { data } = await encoder.encode(TEXTS, { ...silent, normalize: true })
    const vectors = await client.ok<number[][]>('/embed', { inputs: TEXTS })
    expect(largestDifference(vectors.flat(), data)).toBeLessThanOrEqual(1e-6)
  })

  test('takes one text, dimensions, and no scaling', async () => {
    const data = await encoder.encode(TEXTS[0] ?? '', { dimensions: 9 })
    const inputs = TEXTS[0]
    const vectors = await client.ok<number[][]>('/embed', {
      inputs,
      dimensions: 9,
      normalize: false,
    })
    expect(vectors).toHaveLength(1)
    expect(largestDifference(vectors[0] ?? [], data)).toBeLessThanOrEqual(1e-6)
  })

  test('takes the name of a prompt that the model has, and no other', async () => {
    const answer = await client.post('/embed', { inputs: 'x', prompt_name: 'query' })
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({ error_type: 'Validation', code: 'prompt-unknown' })
  })

  test('truncate: false refuses what is too long, by what it is told', async () => {
    const inputs = '长'.repeat(300)
    const cut = await client.post('/embed', { inputs, truncate: true })
    expect([cut.status, cut.headers.get('x-truncated-texts')]).toEqual([200, '1'])
    const refused = await client.post('/embed', { inputs, truncate: false })
    expect(refused.status).toBe(413)
    expect(refused.body).toEqual({
      error: expect.stringContaining('46 tokens more than the 256'),
      error_type: 'Validation',
      code: 'text-too-long',
    })
  })
})

test.each(['/', '/invocations'])('POST %s is as /embed', async (path) => {
  // What huggingface_hub's InferenceClient(url).feature_extraction(texts, truncate=True) sends.
  const request = { inputs: TEXTS.slice(0, 3), truncate: true }
  expect(await client.ok(path, request)).toEqual(await client.ok('/embed', request))
  expect((await client.get('/')).headers.get('content-type')).toContain('text/html')
})

test('/ping is as /health', async () => {
  expect((await client.get('/ping')).status).toBe(200)
})

test.each([
  [
    '/embed',
    { inputs: 'x' },
    ['normalize', 'dimensions', 'truncate', 'truncation_direction', 'prompt_name', 'model'],
  ],
  ['/embed_all', { inputs: 'x' }, ['truncate', 'truncation_direction', 'prompt_name', 'model']],
  ['/tokenize', { inputs: 'x' }, ['add_special_tokens', 'prompt_name', 'model']],
  ['/decode', { ids: [872] }, ['skip_special_tokens', 'model']],
  ['/similarity', { inputs: { source_sentence: 'x', sentences: ['y'] } }, ['parameters', 'model']],
  ['/embeddings', { input: 'x' }, ['encoding_format', 'dimensions', 'user', 'normalize', 'model']],
])('%s takes null for what may be left out', async (path, request, optional) => {
  const nulls = Object.fromEntries(optional.map((name) => [name, null]))
  expect(await client.ok(path, { ...request, ...nulls })).toEqual(await client.ok(path, request))
})

test('many wrong items are one short refusal', async () => {
  const sentences = Array(2_000_000).fill(1)
  const answer = await client.post('/similarity', { inputs: { source_sentence: 'x', sentences } })
  expect(answer.status).toBe(422)
  expect(JSON.stringify(answer.body).length).toBeLessThan(200)
})

describe('/embed_all', () => {
  test('gives the vectors of every token', async () => {
    const expected = await encoder.tokenEmbeddings(TEXTS.slice(0, 4), silent)
    const rows = await client.ok<number[][][]>('/embed_all', { inputs: TEXTS.slice(0, 4) })
    expect(rows).toHaveLength(4)
    for (const [row, { data, tokens }] of expected.entries()) {
      expect(rows[row]).toHaveLength(tokens.length)
      expect(largestDifference(rows[row]?.flat() ?? [], data)).toBeLessThanOrEqual(1e-6)
    }
  })

  test('takes 32 texts at most', async () => {
    const answer = await client.post('/embed_all', { inputs: Array(33).fill('x') })
    expect(answer.status).toBe(413)
  })
})

describe('/similarity', () => {
  test('gives the scores of SentenceEncoder', async () => {
    const [source = '', ...sentences] = TEXTS
    const { data } = await encoder.similarity([source], sentences, silent)
    const inputs = { source_sentence: source, sentences }
    const scores = await client.ok<number[]>('/similarity', { inputs })
    expect(largestDifference(scores, data)).toBeLessThanOrEqual(1e-6)
  })
})

describe('/tokenize and /decode', () => {
  test('tokens are those of SentenceEncoder, with the special ones marked', async () => {
    const rows = await client.ok<Token[][]>('/tokenize', { inputs: TEXTS })
    for (const [row, { ids, tokens, truncated }] of encoder.tokenize(TEXTS).entries()) {
      if (truncated > 0) continue
      expect(rows[row]?.map(({ id }) => id)).toEqual([...ids])
      expect(rows[row]?.map(({ text }) => text)).toEqual(tokens)
      const special = rows[row]?.flatMap((token, place) => (token.special ? [place] : []))
      expect(special).toEqual([0, tokens.length - 1])
    }
  })

  test('all tokens of a text beyond the limit are shown', async () => {
    const [row] = await client.ok<Token[][]>('/tokenize', { inputs: '长'.repeat(300) })
    expect(row).toHaveLength(302)
  })

  test('special tokens are left out where asked', async () => {
    const request = { inputs: ['你好'], add_special_tokens: false }
    const [row] = await client.ok<Token[][]>('/tokenize', request)
    expect(row?.map(({ text }) => text)).toEqual(['你', '好'])
  })

  test('decoding is the way back', async () => {
    const [row = []] = await client.ok<Token[][]>('/tokenize', { inputs: 'hello, 世界' })
    const ids = row.map(({ id }) => id)
    expect(await client.ok('/decode', { ids })).toEqual(['hello, 世 界'])
    expect(await client.ok('/decode', { ids: [ids, [872]], model: 'dense/zh' })).toEqual([
      'hello, 世 界',
      '你',
    ])
    const whole = await client.ok('/decode', { ids, skip_special_tokens: false })
    expect(whole).toEqual(['[CLS] hello, 世 界 [SEP]'])
  })

  test('decoding refuses what is no token id', async () => {
    const answer = await client.post('/decode', { ids: [21_128] })
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({ error_type: 'Tokenizer', code: 'token-id-unknown' })
  })
})

describe('/info', () => {
  test('describes the first model and the limits', async () => {
    const { body } = await client.get('/info')
    expect(body).toMatchObject({
      model_id: 'tiny',
      model_dtype: 'float32',
      model_type: { embedding: { pooling: 'mean' } },
      max_input_length: 256,
      max_client_batch_size: 2048,
      auto_truncate: true,
      dimensions: 48,
      similarity: 'cosine',
      precision: 'float32',
      backend: 'native',
      instruction_sets: instructionSets(),
    })
  })

  test('describes the model asked for', async () => {
    await using dense = await SentenceEncoder.load(DENSE, { onWarning: () => {} })
    const { body } = await client.get('/info?model=dense/zh')
    expect(body).toMatchObject({ model_id: 'dense/zh', dimensions: dense.dimensions })
  })
})
