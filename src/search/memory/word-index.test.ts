import MiniSearch from 'minisearch'
import { expect, test } from 'vitest'
import { segmentWords } from '../segment-words.ts'
import { WordIndex } from './word-index.ts'

const WORDS =
  '花呗 借呗 额度 还款 分期 北京 上海 高铁 天气 今天 明天 学习 人工 智能 问题 办法 怎么 如何 可以 一个'.split(
    ' ',
  )
const TEXTS = Array.from({ length: 200 }, (_, i) => ({
  id: `t${i}`,
  text: Array.from({ length: 3 + (i % 9) }, (_, j) => WORDS[(i * 7 + j * j * 3) % 20]).join('，'),
}))

test.each([
  ['a few words', '花呗还款'],
  ['words that come again', '花呗，还款，花呗，花呗'],
  ['more words than are looked for at once', `${WORDS.join('，')}，学习，北京`],
  ['words that no text has', '银行，花呗'],
])('%s are scored as all at once', async (_, query) => {
  const whole = new MiniSearch({ fields: ['text'], tokenize: segmentWords, processTerm: (w) => w })
  whole.addAll(TEXTS)
  const expected = new Map(whole.search(query).map(({ id, score }) => [id, score]))
  const index = new WordIndex()
  await index.put(TEXTS)
  const found = await index.search(segmentWords(query))
  expect(found.length).toBe(expected.size)
  for (const { id, score } of found) expect(score / (expected.get(id) ?? 0)).toBeCloseTo(1, 10)
  const scores = found.map(({ score }) => score)
  expect(scores).toEqual(scores.toSorted((a, b) => b - a))
})

test('texts that are put again or discarded leave nothing behind', async () => {
  const index = new WordIndex()
  const words = segmentWords(WORDS.join('，'))
  await index.put(TEXTS.slice(0, 120))
  const expected = await index.search(words)
  await index.put(TEXTS)
  await index.put(TEXTS.slice(0, 120).reverse())
  for (const { id } of TEXTS.slice(120)) index.discard(id)
  const sorted = (hits: typeof expected) => hits.toSorted((a, b) => a.id.localeCompare(b.id))
  for (const [at, { id, score }] of sorted(await index.search(words)).entries()) {
    expect(id).toBe(sorted(expected)[at]?.id)
    expect(score).toBeCloseTo(sorted(expected)[at]?.score ?? Number.NaN, 10)
  }
})

test('a word that a query repeats costs no more than one', async () => {
  const index = new WordIndex()
  await index.put(TEXTS)
  const once = await index.search(['花呗'])
  const often = await index.search(Array(1_000_000).fill('花呗'))
  expect(often.map(({ id }) => id)).toEqual(once.map(({ id }) => id))
})
