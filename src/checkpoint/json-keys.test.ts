import { describe, expect, test } from 'vitest'
import { repeatedKey } from './json-keys.ts'

describe('a key that is there twice', () => {
  test.each([
    ['side by side', '{"a": 1, "a": 2}', 'a'],
    ['around others', '{"a": {"x": [1, "b"]}, "b": 2, "a": 3}', 'a'],
    ['spelt with an escape', '{"a": 1, "\\u0061": 2}', 'a'],
    ['with quotes and backslashes', '{"\\"\\\\": 1, "\\"\\\\": 2}', '"\\'],
    ['of an object inside', '{"w": {"shape": [1], "shape": [2]}}', 'shape'],
    ['with spaces before the colon', '{"a" \n: 1, "a"\t: 2}', 'a'],
    ['that every object has', '{"__proto__": 1, "__proto__": 2}', '__proto__'],
    ['empty', '{"": 1, "": 2}', ''],
  ])('%s', (_, json, key) => {
    expect(JSON.parse(json)).toBeTypeOf('object')
    expect(repeatedKey(json)).toBe(key)
  })
})

describe('none', () => {
  test.each([
    '{}',
    'null',
    '"a"',
    '["a", "a"]',
    '{"a": "a", "b": "a"}',
    '{"a": {"b": 1}, "b": {"a": 1}}',
    '{"a": {"x": 1}, "b": {"x": 1}}',
    '{"a": "{\\"a\\": 1, \\"a\\": 2}"}',
    '{"a": "\\\\", "b": "\\""}',
    '{"a": 1, "A": 2, "a ": 3}',
  ])('%s', (json) => {
    expect(JSON.parse(json)).toBeDefined()
    expect(repeatedKey(json)).toBeUndefined()
  })

  test('a text of many megabytes, nested or in one string', () => {
    const long = 1 << 22
    expect(repeatedKey(`{"a": ${'{"b":'.repeat(long)}1${'}'.repeat(long)}}`)).toBeUndefined()
    expect(repeatedKey(`{"a": "${'\\"'.repeat(long)}"}`)).toBeUndefined()
  })
})
