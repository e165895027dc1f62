import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FolderSource, inputPattern } from './shard-source.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'yuju-source-'))
  mkdirSync(join(folder, 'sub'))
  for (const name of ['b.jsonl', 'a.txt', '_SUCCESS', 'notes.md', 'sub/c.jsonl']) {
    writeFileSync(join(folder, name), 'text')
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each([
  ['', ['a.txt', 'b.jsonl', 'sub/c.jsonl']],
  ['/*.jsonl', ['b.jsonl']],
  ['/**/*.jsonl', ['b.jsonl', 'sub/c.jsonl']],
  ['/none-*.jsonl', []],
  ['/a.txt', ['a.txt']],
])('%j', async (pattern, paths) => {
  const found = await new FolderSource(folder + pattern).list()
  expect(found.map(({ path }) => path)).toEqual(paths)
  for (const { location, path, bytes } of found) {
    expect([location, bytes]).toEqual([join(folder, path), 4])
  }
})

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
