import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { fileHash } from '../../files/index.ts'
import { type Dataset, datasetOf, type LoadDatasetOptions, loadDataset } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'yuju-data-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

function all(dataset: Dataset) {
  return Array.from({ length: dataset.length }, (_, index) => dataset.example(index))
}

describe('kinds and their default columns', () => {
  test('sentences of a txt', async () => {
    const path = file('nouns.txt.gz', gzipSync('花呗\n𠮷野家\n'))
    const dataset = await loadDataset(path, { kind: 'sentences' })
    const hash = await fileHash(path)
    expect(dataset).toMatchObject({ name: 'nouns', kind: 'sentences', length: 2, columns: 1, hash })
    expect(all(dataset)).toEqual([
      { texts: ['花呗'], label: undefined },
      { texts: ['𠮷野家'], label: undefined },
    ])
  })

  test.each(['sentence1 sentence2', 'text1 text2', 'a b', 'anchor positive', 'query pos'])(
    'pairs called %s',
    async (names) => {
      const path = file('p.tsv', `id\t${names.replace(' ', '\t')}\n1\t花呗\t借呗\n`)
      const dataset = await loadDataset(path, { kind: 'pairs' })
      expect(all(dataset)).toEqual([{ texts: ['花呗', '借呗'], label: undefined }])
    },
  )

  test('scored pairs without a row of names, scaled', async () => {
    const path = file('s.tsv', '花呗\t借呗\t3\n天气\t气温\t5\n')
    const texts = [0, 1]
    const options = { kind: 'scored-pairs', texts, labelColumn: 2, label: { scale: 5 } } as const
    expect(all(await loadDataset(path, options)).map(({ label }) => label)).toEqual([0.6, 1])
  })

  test('labelled pairs; words may be labels', async () => {
    const path = file('n.csv', 'a,b,label\n花呗,借呗,entailment\n天气,气温,contradiction\n')
    const values = { entailment: 1, contradiction: 0 }
    const dataset = await loadDataset(path, { kind: 'labelled-pairs', label: { values } })
    expect(all(dataset).map(({ label }) => label)).toEqual([1, 0])
  })

  test('triplets with any number of negatives', async () => {
    const row = { anchor: '甲', positive: '乙', negative: '丙', negative_2: '丁' }
    const path = file('t.jsonl', JSON.stringify(row))
    const one = await loadDataset(path, { kind: 'triplets' })
    expect(one.example(0).texts).toEqual(['甲', '乙', '丙'])
    const texts = Object.keys(row)
    const two = await loadDataset(path, { kind: 'triplets', texts })
    expect(two.columns).toBe(4)
    expect(two.example(0).texts).toEqual(['甲', '乙', '丙', '丁'])
  })
})

describe('parts of a file', () => {
  const content = Array.from({ length: 9 }, (_, i) => `第${i}句\t${i % 3}\n`).join('')
  const path = file('w.tsv', content)
  const load = async (options: Partial<LoadDatasetOptions>) =>
    all(await loadDataset(path, { kind: 'sentences', texts: [0], ...options })).flatMap(
      ({ texts }) => texts,
    )

  test('rows whose column holds a value', async () => {
    expect(await load({ where: { column: 1, equals: 2 } })).toEqual(['第2句', '第5句', '第8句'])
    expect(await load({ where: { column: 1, equals: ['0', 1] } })).toHaveLength(6)
  })

  test('the first ones, of those that pass', async () => {
    expect(await load({ limit: 2 })).toEqual(['第0句', '第1句'])
    expect(await load({ limit: 2, where: { column: 1, equals: 1 } })).toEqual(['第1句', '第4句'])
  })

  test('none is an error', async () => {
    await expect(load({ where: { column: 1, equals: [7, 8] } })).rejects.toThrow(
      'there is no row whose column 1 is 7 or 8',
    )
    await expect(load({ limit: 0 })).rejects.toMatchObject({ code: 'data-limit' })
  })
})

describe('broken files name file and line', () => {
  const scored = { kind: 'scored-pairs', texts: [0, 1], labelColumn: 2 } as const
  test.each([
    ['a\tb\t1\na\tb\n', scored, 'input-column-count', 'line 2: expected 3 cells'],
    ['a\tb\t1\na\tb\t1\tc\n', scored, 'input-column-count', 'line 2: expected 3 cells'],
    ['a\tb\t1\na\tb\tx\n', scored, 'data-label', 'line 2: expected a number as label, but got "x"'],
    ['a\tb\t\n', scored, 'data-label', 'line 1: expected a number as label, but got ""'],
    ['a\tb\tNaN\n', scored, 'data-label', 'line 1: expected a number as label'],
    ['a\tb\t1\na\tb\t5\n', scored, 'data-label', 'line 2: expected a label from 0 to 1, but got 5'],
    ['a\t \t1\n', scored, 'data-empty-text', 'line 1: a text is empty'],
    ['a\tb\t2\n', { ...scored, kind: 'labelled-pairs' }, 'data-label', 'expected the label 0 or 1'],
    ['', scored, 'input-empty', 'holds no texts'],
    ['甲\t乙\t1\n', { kind: 'pairs' }, 'input-column-missing', 'has no column sentence1 or text1'],
    ['a\tb\t1\n', { kind: 'pairs', texts: [0] }, 'data-columns', 'pairs have 2 texts an example'],
  ] as const)('%j', async (content, options, code, message) => {
    const path = file('broken.tsv', content)
    const error = await loadDataset(path, options).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
    if (code !== 'data-columns') expect((error as Error).message).toContain(path)
  })

  test('not UTF-8, and missing', async () => {
    const path = file('gb.tsv', Buffer.from('a\tb\t1\n\xd6\xd0\tb\t1\n', 'latin1'))
    await expect(loadDataset(path, scored)).rejects.toThrow(`${path}, line 2: not UTF-8`)
    const missing = loadDataset(join(folder, 'none.tsv'), scored)
    await expect(missing).rejects.toMatchObject({ code: 'input-missing' })
  })
})

describe('data sets of arrays', () => {
  test('texts, then the label; whatever JavaScript can hold', () => {
    const rows = [
      ['𠮷\ud800', '"\n', 0.25],
      ['b', 'é', 1],
    ] as const
    const dataset = datasetOf({ name: 'own', kind: 'scored-pairs', rows })
    expect(all(dataset)).toEqual(rows.map(([x, y, label]) => ({ texts: [x, y], label })))
  })

  test('the hash tells other rows apart', () => {
    const hash = (text: string) => datasetOf({ name: 'x', kind: 'sentences', rows: [[text]] }).hash
    expect(hash('a')).toBe(hash('a'))
    expect(hash('a')).not.toBe(hash('b'))
  })

  test('memory grows with what is added', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => [`第${i}句，足够长的一句话`])
    const dataset = datasetOf({ name: 'many', kind: 'sentences', rows })
    expect(dataset.example(19_999).texts).toEqual(rows.at(-1))
    expect(dataset.example(0).texts).toEqual(rows[0])
  })

  test.each([
    [[], 'data set x: pairs have 2 texts an example, but it has 0'],
    [[['a', 'b'], ['a']], 'data set x, example 1: expected 2 cells, but got 1'],
    [[['a', '']], 'data set x, example 0: a text is empty'],
  ])('%j', (rows, message) => {
    expect(() => datasetOf({ name: 'x', kind: 'pairs', rows })).toThrow(message)
  })
})
