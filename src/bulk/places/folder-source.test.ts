import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FolderSource } from './folder-source.ts'

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
