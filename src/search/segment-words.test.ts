import { expect, test } from 'vitest'
import { segmentWords } from './segment-words.ts'

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
