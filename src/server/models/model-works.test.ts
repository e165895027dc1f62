import { expect, test } from 'vitest'
import { costOf } from './model-works.ts'

test('the estimate of a text is its characters and the special tokens, up to the limit', () => {
  expect(costOf({ text: '你好', prompt: '问：' }, 512)).toBe(6)
  expect(costOf({ text: 'x'.repeat(1000), prompt: '' }, 512)).toBe(512)
  expect(costOf({ text: 'x'.repeat(1000), prompt: '' })).toBe(1002)
  expect(costOf({ ids: new Int32Array(9) }, 512)).toBe(9)
})
