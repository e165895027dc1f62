import { expect, test } from 'vitest'
import { inputPattern } from './input-pattern.ts'

test.each([
  [
    '/data',
    '/data',
    ['a.jsonl', 'x/b.parquet', 'c.CSV.gz'],
    ['_SUCCESS', '.a.txt', '_x/a.txt', 'a.md'],
  ],
  ['/data/**/*.jsonl', '/data', ['a.jsonl', 'x/y/a.jsonl'], ['a.parquet', 'a.jsonl.gz']],
  ['/data/part-{0,1}*.txt', '/data', ['part-01.txt'], ['part-2.txt', 'x/part-0.txt']],
  ['news/2026-*/a.txt', 'news', ['2026-01/a.txt'], ['2025-01/a.txt', 'a.txt']],
])('%s', (input, base, taken, left) => {
  const pattern = inputPattern(input)
  expect(pattern.base).toBe(base)
  expect(taken.filter((path) => !pattern.matches(path))).toEqual([])
  expect(left.filter((path) => pattern.matches(path))).toEqual([])
})
