import { expect, test } from 'vitest'
import { joinWords, queryWords, segmentWords } from './segment-words.ts'

test.each([
  ['花呗怎么还款', ['花呗', '怎么', '还款']],
  ['北京到上海的高铁', ['北京', '到', '上海', '的', '高铁']],
  ['ＡＢＣ Hello, World！3.5', ['abc', 'hello', 'world', '3.5']],
  ['𠮷𠮷', ['𠮷𠮷']],
  ['，。！🙂 \n', []],
  ['', []],
])('%s', (text, words) => {
  expect(segmentWords(text)).toEqual(words)
})

test('a query finds its words in every text that has them', () => {
  for (const query of ['花呗', '额度', '借呗', '还款', '高铁']) {
    const text = segmentWords(`请问${query}的事情怎么办`)
    expect(segmentWords(query).every((word) => text.includes(word))).toBe(true)
  }
})

/** The words of a text that is given to the segmenter whole. */
function wordsAtOnce(text: string): string[] {
  const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
  const folded = text.normalize('NFKC').toLowerCase()
  const words: string[] = []
  let run: string[] = []
  const take = () => {
    const pairs = run.slice(1).map((character, at) => `${run[at]}${character}`)
    words.push(...(run.length === 1 ? run : pairs))
    run = []
  }
  for (const { segment, isWordLike } of segmenter.segment(folded)) {
    if (/^\p{Script=Han}$/u.test(segment)) run.push(segment)
    else {
      take()
      if (isWordLike) words.push(segment)
    }
  }
  take()
  return words
}

const SENTENCES = [
  '花呗怎么还款',
  '请问花呗分期以后能不能提前还清剩下的全部欠款',
  '北京到上海的高铁每天最早一班是几点',
  'iPhone 15 Pro 多少钱，3.5 折起？',
  '𠮷野家的牛肉饭真好吃🙂',
  'ﾊﾝﾊﾞｰｶﾞｰとカタカナ',
  'cafe\u0301 ＡＢＣ don’t',
]

test.each([
  ['with punctuation between them', '。'],
  ['with spaces between them', ' '],
  ['with nothing between them', ''],
])('windows change no words of 20,000 characters of sentences %s', (_, between) => {
  let text = ''
  for (let i = 0; text.length < 20_000; i += 1) text += SENTENCES[(i * i) % 7] + between
  expect(segmentWords(text)).toEqual(wordsAtOnce(text))
})

test('a pair of characters may lie across the end of a window', () => {
  expect(segmentWords('呗'.repeat(3000))).toEqual(Array(2999).fill('呗呗'))
})

test.each([
  ['a word without end', 'a'.repeat(5000), 5000],
  ['marks without end', `e${'\u0301\u0316'.repeat(2500)}`, 5001],
])('%s is segmented, and nothing of it is lost', (_, text, length) => {
  const words = segmentWords(text)
  expect(Math.max(...words.map((word) => word.length))).toBeLessThanOrEqual(1024)
  const letters = words.join('').replaceAll('\u034f', '').normalize('NFKC')
  expect(letters.length).toBeLessThanOrEqual(length)
  expect(words.join('')).toContain(text.normalize('NFKC').charAt(0))
})

test('no surrogate pair and no grapheme is torn', () => {
  for (let offset = 0; offset < 4; offset += 1) {
    const text = 'a'.repeat(offset) + '𝐀e\u0323'.repeat(1000)
    const words = segmentWords(text)
    expect(words.join('')).toBe(text.normalize('NFKC').toLowerCase())
    expect(words.filter((word) => /^\p{M}|\p{Surrogate}/u.test(word))).toEqual([])
  }
})

/** Seconds of this thread's processor that a text takes, the least of three times. */
function secondsFor(text: string): number {
  const times = Array.from({ length: 3 }, () => {
    const start = process.cpuUsage()
    segmentWords(text)
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1e6
  })
  return Math.min(...times)
}

test.each([
  ['text without spaces', '花呗如何还款我想知道怎么办'],
  ['one character', '我'],
  ['marks out of order', '\u0301\u0316'],
  ['halfwidth marks', '\uff9e\u0327'],
  ['syllables in parts', '\u1100\u1161'],
])('%s takes time in proportion to its length', (_, unit) => {
  const textOf = (length: number) => unit.repeat(Math.ceil(length / unit.length))
  secondsFor(textOf(10_000))
  const [short, long] = [secondsFor(textOf(25_000)), secondsFor(textOf(200_000))]
  // Eight times as long; the square would be 64 times.
  expect(long / Math.max(short, 0.01)).toBeLessThan(24)
})

test('texts are segmented in turns with other work', async () => {
  const text = '花呗如何还款我想知道怎么办'.repeat(3000)
  let turns = 0
  const other = setInterval(() => {
    turns += 1
  })
  const [joined] = await joinWords([text])
  clearInterval(other)
  expect(turns).toBeGreaterThan(3)
  expect(joined).toBe(segmentWords(text).join(' '))
})

test('of a query the first 1,024 words count', async () => {
  expect(await queryWords('花呗怎么还款')).toEqual(['花呗', '怎么', '还款'])
  const words = await queryWords('花呗怎么还款，'.repeat(100_000))
  expect(words).toHaveLength(1024)
})
