import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Reranker } from 'yuju/rerank'
import { createServer } from 'yuju/server'
import { ServerClient, TINY } from './support/server-client.ts'
import { FIXTURES, readJson } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'

const RERANKERS = join(FIXTURES, 'rerankers')
const PAIRS = readJson<[string, string][]>(join(RERANKERS, 'pairs.json')).slice(0, 6)
const GOLDEN = readJson<Record<string, { scores: number[]; logits: number[] }>>(
  join(RERANKERS, 'scores.json'),
)
const query = PAIRS[0]?.[0] ?? ''
const documents = PAIRS.map(([, document]) => document)
/** By sentence-transformers, in the order of the documents. */
const golden = (name: string, kind: 'scores' | 'logits') => GOLDEN[name]?.[kind].slice(0, 6) ?? []

interface Rank {
  readonly index: number
  readonly score: number
  readonly text?: string
}
interface Reranked {
  readonly results: {
    readonly index: number
    readonly relevance_score: number
    readonly document?: { readonly text: string }
  }[]
  readonly usage: { readonly total_tokens: number }
}

let client: ServerClient

beforeAll(async () => {
  const server = await createServer({
    models: [
      { name: 'tiny', model: TINY },
      { name: 'reranker', model: join(RERANKERS, 'bert') },
      { name: 'roberta', model: join(RERANKERS, 'xlm-roberta') },
    ],
  })
  client = new ServerClient(server)
})
afterAll(() => client.server.close())

function byIndex(ranks: readonly { readonly index: number; readonly score: number }[]): number[] {
  return ranks.toSorted((a, b) => a.index - b.index).map(({ score }) => score)
}

describe('/rerank', () => {
  test('ranks as sentence-transformers scores; without a name the first reranker is meant', async () => {
    const ranks = await client.ok<Rank[]>('/rerank', { query, texts: documents })
    expect(largestDifference(byIndex(ranks), golden('bert', 'scores'))).toBeLessThanOrEqual(1e-5)
    const scores = ranks.map(({ score }) => score)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    expect(ranks.every((rank) => rank.text === undefined)).toBe(true)
  })

  test('raw_scores gives logits, return_text the texts, model another model', async () => {
    const request = { query, texts: documents, raw_scores: true, return_text: true }
    const ranks = await client.ok<Rank[]>('/rerank', { ...request, model: 'roberta' })
    const logits = golden('xlm-roberta', 'logits')
    expect(largestDifference(byIndex(ranks), logits)).toBeLessThanOrEqual(1e-5)
    for (const { index, text } of ranks) expect(text).toBe(documents[index])
  })

  test('truncation is told, or refused', async () => {
    const request = { query, texts: documents }
    const told = await client.post('/rerank', { ...request, truncate: true })
    expect([told.status, told.headers.get('x-truncated-texts')]).toEqual([200, '1'])
    const refused = await client.post('/rerank', { ...request, truncate: false })
    expect(refused.status).toBe(413)
    expect(refused.body).toMatchObject({ error_type: 'Validation', code: 'text-too-long' })
  })

  test('what does not fit is refused', async () => {
    for (const body of [{ query }, { query, texts: [] }, { query: 1, texts: ['x'] }]) {
      const { status, body: failure } = await client.post('/rerank', body)
      expect([status, failure]).toMatchObject([422, { code: 'request-invalid' }])
    }
    const many = { query, texts: Array.from({ length: 3000 }, () => 'x') }
    expect((await client.post('/rerank', many)).body).toMatchObject({ code: 'items-too-many' })
  })
})

describe('the kinds of models', () => {
  test.each([
    ['/rerank', { query, texts: documents, model: 'tiny' }, 'not a re-ranker model'],
    ['/embed', { inputs: 'x', model: 'reranker' }, 'not an embedding model'],
    ['/embed_all', { inputs: 'x', model: 'reranker' }, 'not an embedding model'],
    [
      '/similarity',
      { inputs: { source_sentence: 'x', sentences: ['y'] }, model: 'reranker' },
      'not an embedding model',
    ],
  ])(
    '%s of the other kind is text-embeddings-inference\u2019s 424',
    async (path, body, message) => {
      const { status, body: failure } = await client.post(path, body)
      expect(status).toBe(424)
      expect(failure).toMatchObject({ error_type: 'Backend', code: 'model-kind' })
      expect((failure as { error: string }).error).toContain(message)
    },
  )

  test('vectors and scores of one model are told apart in the cache', async () => {
    const inputs = `${query.length}`
    await client.ok('/rerank', { query: inputs, texts: ['x'] })
    const again = await client.ok<Rank[]>('/rerank', { query: inputs, texts: ['x', 'y'] })
    await using reranker = await Reranker.load(join(RERANKERS, 'bert'))
    const { scores } = await reranker.score([
      [inputs, 'x'],
      [inputs, 'y'],
    ])
    expect(largestDifference(byIndex(again), scores)).toBeLessThanOrEqual(1e-6)
  })

  test('are told by /info and /v1/models; tokens are given of both', async () => {
    const info = await client.get('/info?model=reranker')
    expect(info.body).toMatchObject({
      model_type: { reranker: { id2label: { '0': 'LABEL_0' } } },
      max_input_length: 64,
    })
    const { data } = (await client.get('/v1/models')).body as {
      data: { id: string; kind: string }[]
    }
    expect(data.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      'tiny encoder',
      'reranker reranker',
      'roberta reranker',
    ])
    const tokens = await client.ok<unknown[][]>('/tokenize', { inputs: '还款', model: 'reranker' })
    expect(tokens[0]).toHaveLength(4)
  })
})

describe.each(['/v1/rerank', '/v2/rerank'])('%s', (path) => {
  test('has the shape of Cohere and Jina', async () => {
    const answer = await client.post(path, { model: 'reranker', query, documents, top_n: 3 })
    expect(answer.status).toBe(200)
    const { results, usage } = answer.body as Reranked
    expect(results).toHaveLength(3)
    const expected = golden('bert', 'scores')
    for (const { index, relevance_score, document } of results) {
      expect(Math.abs(relevance_score - (expected[index] ?? Number.NaN))).toBeLessThanOrEqual(1e-5)
      expect(document).toEqual(path === '/v1/rerank' ? { text: documents[index] } : undefined)
    }
    expect(results[0]?.relevance_score).toBeCloseTo(Math.max(...expected), 5)
    await using reranker = await Reranker.load(join(RERANKERS, 'bert'), { onWarning: () => {} })
    const { tokens } = await reranker.score(PAIRS)
    expect(usage.total_tokens).toBe(tokens.reduce((sum, count) => sum + count, 0))
  })

  test('takes objects, and says whether documents come back', async () => {
    const texts = documents.map((text) => ({ text }))
    const request = { query, documents: texts, return_documents: path === '/v2/rerank' }
    const { results } = await client.ok<Reranked>(path, request)
    expect(results).toHaveLength(6)
    const isGiven = results.map(({ document }) => document !== undefined)
    expect(new Set(isGiven)).toEqual(new Set([path === '/v2/rerank']))
  })

  test('failures have a message, a detail and a code', async () => {
    const { status, body } = await client.post(path, { model: 'tiny', query, documents })
    const message = expect.stringContaining('not a re-ranker model')
    expect([status, body]).toEqual([424, { message, detail: message, code: 'model-kind' }])
    const empty = await client.post(path, { query, documents: [] })
    expect([empty.status, empty.body]).toMatchObject([422, { code: 'request-invalid' }])
  })
})

test('a reranker that is loaded already is served in this process', async () => {
  await using reranker = await Reranker.load(join(RERANKERS, 'bert'))
  const server = await createServer({ models: [{ name: 'mine', model: reranker }] })
  const ranks = await new ServerClient(server).ok<Rank[]>('/rerank', { query, texts: documents })
  expect(largestDifference(byIndex(ranks), golden('bert', 'scores'))).toBeLessThanOrEqual(1e-5)
  const embed = await new ServerClient(server).post('/embed', { inputs: 'x' })
  expect(embed.status).toBe(424)
  await server.close()
})
