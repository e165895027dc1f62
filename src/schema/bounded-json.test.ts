import { describe, expect, test } from 'vitest'
import { parseJson } from './bounded-json.ts'

const nested = (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`

describe('parseJson', () => {
  test.each([
    '{"a":[1,{"b":"x"}],"c":null}',
    '"a string, with [brackets] and {braces} and \\"quotes\\""',
    '["\\\\", "\\\\\\"[", "]"]',
    nested(64),
    `[${'"[[[[",'.repeat(1000)}0]`,
    '1',
  ])('gives what JSON.parse gives', (json) => {
    expect(parseJson(json)).toEqual(JSON.parse(json))
  })

  test.each(['', '{', '["a', '"\\', '[1,]', '\ufeff{}', ']'])('%j is no JSON', (json) => {
    expect(() => parseJson(json)).toThrow(SyntaxError)
  })

  test.each([nested(65), '['.repeat(10_000_000), '{"a":'.repeat(100_000)])(
    'refuses what is nested deeper',
    (json) => {
      expect(() => parseJson(json)).toThrow('nested more than 64 deep')
    },
  )

  test.each(['0,', '[],', '{},', '"",'])('refuses more values: %s', (value) => {
    const json = (count: number) => `[${value.repeat(count)}0]`
    expect(() => parseJson(json(2_000_000))).toThrow('more than 2000000 values')
    expect(parseJson(json(100_000))).toHaveLength(100_001)
  })
})
