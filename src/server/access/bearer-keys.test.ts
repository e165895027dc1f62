import { describe, expect, test } from 'vitest'
import { BearerKeys } from './bearer-keys.ts'

describe('with keys', () => {
  const keys = new BearerKeys(['one', '二'])

  test.each(['Bearer one', 'bearer one', 'Bearer  二'])('%s passes', (header) => {
    expect(() => keys.check(header)).not.toThrow()
  })

  test.each([null, '', 'one', 'Basic one', 'Bearer', 'Bearer '])('%s is no key', (header) => {
    expect(() => keys.check(header)).toThrow(expect.objectContaining({ code: 'key-missing' }))
  })

  test.each(['Bearer on', 'Bearer one1', 'Bearer One', 'Bearer 三'])('%s is wrong', (header) => {
    expect(() => keys.check(header)).toThrow(expect.objectContaining({ code: 'key-wrong' }))
  })
})

test('without keys everything passes', () => {
  const none = new BearerKeys([])
  expect(() => none.check(null)).not.toThrow()
  expect(() => none.check('Bearer anything')).not.toThrow()
})
