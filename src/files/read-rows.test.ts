import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parquetWriteFile } from 'hyparquet-writer'
import { afterAll, describe, expect, test } from 'vitest'
import { type Cell, type ColumnChoice, fileHash, readRows } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'yuju-rows-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function all(path: string, ...columns: readonly ColumnChoice[]) {
  const rows: { cells: readonly Cell[]; line: number }[] = []
  for await (const { cells, location } of readRows(path, { columns })) {
    rows.push({ cells, line: location.line })
  }
  return rows
}

const named = [
  ['id', 'a', 'b', 'score'],
  ['1', '花呗', '𠮷野家', '4.5'],
  ['2', '天气', '气温', '0'],
]
const objects = [
  { id: 1, a: '花呗', b: '𠮷野家', score: 4.5 },
  { score: 0, b: '气温', a: '天气', id: 2 },
]

describe('several columns, in the order of the request', () => {
  const parquet = join(folder, 'a.parquet')
  parquetWriteFile({
    filename: parquet,
    rowGroupSize: 1,
    columnData: [
      { name: 'a', data: ['花呗', '天气'], type: 'STRING' },
      { name: 'b', data: ['𠮷野家', '气温'], type: 'STRING' },
      { name: 'score', data: [4.5, 0], type: 'DOUBLE' },
      { name: 'id', data: [1n, 2n], type: 'INT64' },
    ],
  })
  const tsv = named.map((row) => row.join('\t')).join('\n')

  test.each([
    ['tsv', file('a.tsv', tsv), [2, 3], '4.5', '0'],
    ['tsv.gz', file('a.tsv.gz', gzipSync(tsv)), [2, 3], '4.5', '0'],
    ['csv', file('a.csv', tsv.replaceAll('\t', ',')), [2, 3], '4.5', '0'],
    ['jsonl', file('a.jsonl', objects.map((o) => JSON.stringify(o)).join('\n')), [1, 2], 4.5, 0],
    ['json', file('a.json', JSON.stringify(objects, undefined, 1)), [2, 8], 4.5, 0],
    ['parquet', parquet, [0, 1], 4.5, 0],
  ] as const)('%s', async (_, path, [one, two], first, second) => {
    expect(await all(path, 'b', ['sentence', 'a'], 'score')).toEqual([
      { cells: ['𠮷野家', '花呗', first], line: one },
      { cells: ['气温', '天气', second], line: two },
    ])
  })

  test('whole numbers of 64 bits are numbers', async () => {
    expect((await all(parquet, 'id')).map(({ cells }) => cells)).toEqual([[1], [2]])
  })

  test('by number, the first row of a tsv is data', async () => {
    expect((await all(file('n.tsv', '一\t二\n三\t四\n'), 1, 0))[0]?.cells).toEqual(['二', '一'])
  })

  test('arrays, and true and false', async () => {
    const path = file('b.jsonl', '["一",true]\n["二",false]')
    expect((await all(path, 0, 1)).map(({ cells }) => cells)).toEqual([
      ['一', 1],
      ['二', 0],
    ])
  })

  test('one column: values without a name are taken for any of several names', async () => {
    expect(await all(file('c.jsonl', '"花"'), ['text', 'sentence'])).toHaveLength(1)
    expect(await all(file('c.txt', '花'), ['text', 'sentence'])).toHaveLength(1)
  })
})

describe('bad input', () => {
  test.each([
    [
      'a.tsv',
      'a\tb\n一\t二\n一\t二\t三\n',
      'line 3: expected 2 cells, as in the first row, but got 3; if cells with tabs or line breaks',
    ],
    ['b.tsv', 'a\tb\n一\n', 'line 2: expected 2 cells, as in the first row, but got 1'],
    ['c.tsv', '一\t二\n', 'line 1: has no column a; there are 2: 一, 二'],
    ['a.csv', 'a,b\n一,二,三\n', 'line 2: malformed CSV'],
    [
      'a.jsonl',
      '{"a":"一","b":null}',
      'line 1: expected a text or a number in column b, but got null',
    ],
    ['b.jsonl', '{"a":"一","b":["二"]}', 'in column b, but got array'],
    ['c.jsonl', '{"a":"一"}', 'line 1: has no column b; there are 1: a'],
    ['d.jsonl', '"一"', 'line 1: expected an object with the column a, but got string'],
    ['a.txt', '一', 'a txt has one column, but 2 were requested'],
    ['e.jsonl', '', 'holds no texts'],
  ])('%s: %j', async (name, content, message) => {
    await expect(all(file(name, content), 'a', 'b')).rejects.toThrow(message)
  })

  test('of several names, none', async () => {
    await expect(all(file('a.tsv', 'x\ty\n'), ['a', 'b'])).rejects.toThrow(
      'has no column a or b; name it, or give its index if no row holds names; there are 2: x, y',
    )
  })
})

test('fileHash is the SHA-256 of the bytes', async () => {
  const bytes = gzipSync('花呗')
  const expected = createHash('sha256').update(bytes).digest('hex')
  expect(await fileHash(file('h.gz', bytes))).toBe(expected)
  await expect(fileHash(join(folder, 'none'))).rejects.toMatchObject({ code: 'input-missing' })
})
