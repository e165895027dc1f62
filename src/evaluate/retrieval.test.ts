import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/model-folder.ts'
import { type Encode, evaluateRetrieval, loadRetrieval } from './index.ts'

const QUERIES = 'q1\taa\nq2\tb\nq3\tcd\n'
const CORPUS = 'd1\ta\nd2\tbb\nd3\tabb\nd4\tcc\n'

function files(relevance: string, changes: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder()
  const contents = { 'queries.tsv': QUERIES, 'corpus.tsv': CORPUS, 'relevance.tsv': relevance }
  for (const [name, content] of Object.entries({ ...contents, ...changes })) {
    writeFileSync(join(folder, name), content)
  }
  const path = (name: string) => join(folder, name)
  return {
    queries: path('queries.tsv'),
    corpus: path('corpus.tsv'),
    relevance: path('relevance.tsv'),
  }
}

/** Counts of letters a to d: vectors that can be told by hand. */
const encode: Encode = async (texts) => {
  const rows = texts.map((text) => [...'abcd'].map((letter) => text.split(letter).length - 1))
  return { data: Float32Array.from(rows.flat()), rows: texts.length, dimensions: 4 }
}
const both = { query: encode, corpus: encode }

test('search, by hand', async () => {
  // q1 finds d1, d3, d2, d4; q2 finds d2, d3, d1, d4; nothing is relevant to q3.
  const data = await loadRetrieval(files('q1\td3\t1\nq2\td2\t2\nq2\td1\t1\nq3\td1\t0\n'))
  const result = await evaluateRetrieval(both, data)
  const second = (2 + 1 / Math.log2(4)) / (2 + 1 / Math.log2(3))
  expect(result.ndcg10).toBeCloseTo((100 * (1 / Math.log2(3) + second)) / 2, 10)
  expect(result.mrr10).toBeCloseTo(75, 10)
  expect(result.recall1).toBeCloseTo((100 * (0 + 1 / 2)) / 2, 10)
  expect(result.recall10).toBe(100)
  expect(result).toMatchObject({ queries: 2, withoutRelevant: 1, documents: 4 })
})

test('jsonl and tsv with a header, as BEIR has them', async () => {
  const folder = temporaryFolder()
  const lines = (text: string, key: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.stringify({ [key]: line.split('\t')[0], text: line.split('\t')[1] }))
      .join('\n')
  writeFileSync(join(folder, 'queries.jsonl'), lines(QUERIES, '_id'))
  writeFileSync(join(folder, 'corpus.jsonl'), lines(CORPUS, '_id'))
  writeFileSync(join(folder, 'test.tsv'), 'query-id\tcorpus-id\tscore\nq1\td3\t1\n')
  const [queries, corpus] = [join(folder, 'queries.jsonl'), join(folder, 'corpus.jsonl')]
  const beir = await loadRetrieval({
    ...{ queries, corpus, relevance: join(folder, 'test.tsv') },
    header: true,
  })
  expect(beir).toEqual(await loadRetrieval(files('q1\td3\t1\n')))
})

describe('refused, with the line', () => {
  test.each([
    ['an unknown query', 'q1\td1\t1\nq9\td1\t1\n', 'line 2: there is no text with the id "q9"'],
    ['an unknown document', 'q1\td9\t1\n', 'line 1: there is no text with the id "d9"'],
    ['a gain below 0', 'q1\td1\t-1\n', 'line 1: the gain must be a number from 0, but is "-1"'],
  ])('%s', async (_, relevance, message) => {
    await expect(loadRetrieval(files(relevance))).rejects.toThrow(message)
  })

  test('an id that occurs twice', async () => {
    const twice = files('q1\td1\t1\n', { 'corpus.tsv': 'd1\ta\nd1\tb\n' })
    await expect(loadRetrieval(twice)).rejects.toThrow('line 2: the id "d1" was there before')
  })

  test('nothing relevant, broken vectors', async () => {
    const nothing = await loadRetrieval(files('q1\td1\t0\n'))
    await expect(evaluateRetrieval(both, nothing)).rejects.toThrow('none of the 3 queries')
    const broken: Encode = async (texts) => {
      const data = new Float32Array(texts.length * 4).fill(Number.NaN, 4, 5)
      return { data, rows: texts.length, dimensions: 4 }
    }
    const data = await loadRetrieval(files('q1\td1\t1\n'))
    await expect(evaluateRetrieval({ query: encode, corpus: broken }, data)).rejects.toThrow(
      'document "d2" holds NaN',
    )
  })
})
