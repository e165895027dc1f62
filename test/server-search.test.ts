import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import {
  createMemoryStore,
  createStore,
  indexTexts,
  modelSettings,
  TextSearch,
  type VectorStore,
} from 'yuju/search'
import { createServer } from 'yuju/server'
import { FAILURES } from '../src/server/failures/index.ts'
import { temporaryFolder } from './support/model-folder.ts'
import { DENSE, ServerClient, TINY } from './support/server-client.ts'

const SENTENCES = ['花呗怎么还款', '今天天气真不错', '北京到上海的高铁', '借呗额度', '花呗额度']

interface Found {
  readonly index: string
  readonly model: string
  readonly results: readonly (readonly { id: string; text: string; score: number }[])[]
}

let encoder: SentenceEncoder
let store: VectorStore
let client: ServerClient

beforeAll(async () => {
  encoder = await SentenceEncoder.load(DENSE, { onWarning: () => {} })
  const settings = await modelSettings(encoder.checkpoint)
  const columns = { n: 'number' } as const
  store = await createMemoryStore({ ...settings, columns, dimensions: encoder.dimensions })
  const texts = SENTENCES.map((text, n) => ({ id: `${n}`, text, metadata: { n } }))
  await indexTexts(encoder, store, texts)
  client = await ServerClient.start({ indexes: [{ name: 'sentences', store }] })
})
afterAll(async () => {
  await client.server.close()
  await encoder.dispose()
  await store.close()
})

test('finds what a search in the program finds, with the model that made the index', async () => {
  const search = await TextSearch.open(encoder, store)
  const answer = await client.ok<Found>('/search', { query: '花呗', top: 3 })
  expect(answer).toMatchObject({ index: 'sentences', model: 'dense/zh' })
  const expected = await search.search('花呗', { top: 3 })
  expect(answer.results).toEqual([
    expected.map((hit) => ({ ...hit, score: expect.closeTo(hit.score, 5) })),
  ])
})

test('gives a list for each query, filtered', async () => {
  const filter = ['n>=1', 'n in [1, 3]']
  const { results } = await client.ok<Found>('/search', { query: ['花呗', '天气'], filter })
  expect(results.map((hits) => hits.map(({ id }) => id).sort())).toEqual([
    ['1', '3'],
    ['1', '3'],
  ])
})

test('looks for words too where asked', async () => {
  const [hits] = (await client.ok<Found>('/search', { query: '借呗额度', hybrid: true })).results
  expect(hits?.[0]).toMatchObject({ id: '3', score: expect.closeTo(2 / 61, 6) })
})

describe('refuses', () => {
  test.each([
    [{ query: '花呗', index: 'nothing' }, 404, 'index-unknown', 'sentences'],
    [{ query: '花呗', filter: ['year>2000'] }, 422, 'request-invalid', 'no column "year"'],
    [{ query: '花呗', top: 0 }, 422, 'request-invalid', 'top'],
    [{ query: [] }, 422, 'request-invalid', 'query'],
    [{ query: '花'.repeat(600), truncate: false }, 413, 'text-too-long', 'shorten'],
    [{ query: '花呗', prompt_name: 'none' }, 422, 'prompt-unknown', 'none'],
  ])('%o', async (body, status, code, words) => {
    const answer = await client.post('/search', body)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ code, error: expect.stringContaining(words) })
  })

  test('an index whose store fails, without saying where it lies', async () => {
    const folder = join(temporaryFolder(), 'store')
    const settings = await modelSettings(encoder.checkpoint)
    const lasting = await createStore(folder, { ...settings, dimensions: encoder.dimensions })
    const broken = await ServerClient.start({ indexes: [{ name: 'broken', store: lasting }] })
    await lasting.close()
    const answer = await broken.post('/search', { query: '花呗' })
    await broken.server.close()
    expect(answer.status).toBe(500)
    const { cause } = FAILURES['index-failed']
    expect(answer.body).toEqual({ error: cause, error_type: 'Backend', code: 'index-failed' })
  })
})

describe('a server', () => {
  test('without an index has no such route', async () => {
    const bare = await ServerClient.start()
    expect((await bare.post('/search', { query: '花呗' })).status).toBe(404)
    await bare.server.close()
  })

  test('does not start with an index of a model it does not serve', async () => {
    const models = [{ name: 'tiny', model: TINY }]
    await expect(createServer({ models, indexes: [{ name: 'x', store }] })).rejects.toThrow(
      expect.objectContaining({ code: 'store-model', message: expect.stringContaining('tiny (') }),
    )
  })

  test('does not start with an index that is not there, or two of one name', async () => {
    const index = { name: 'x', store: join(temporaryFolder(), 'nothing') }
    await expect(ServerClient.start({ indexes: [index] })).rejects.toThrow(
      expect.objectContaining({ code: 'store-missing' }),
    )
    const twice = [
      { name: 'x', store },
      { name: 'x', store },
    ]
    await expect(ServerClient.start({ indexes: twice })).rejects.toThrow(
      expect.objectContaining({ code: 'index-name-twice' }),
    )
  })
})
