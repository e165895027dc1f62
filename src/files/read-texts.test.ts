import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parquetWriteFile } from 'hyparquet-writer'
import { afterAll, describe, expect, test } from 'vitest'
import { InputError } from '../errors/index.ts'
import type { TextSource } from './open-rows.ts'
import { type ReadTextsOptions, readTexts } from './read-texts.ts'

const folder = mkdtempSync(join(tmpdir(), 'yuju-files-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Files that polars, pandas and pyarrow wrote (make_files.py), and the texts in them. */
const FIXTURES = join(import.meta.dirname, '../../test/fixtures/files')
const WRITTEN = [
  ...['花呗怎么还款', '𠮷野家', 'a "b"\tc\nd', '', '长'.repeat(300)],
  ...Array.from({ length: 45 }, (_, i) => `第${i}句`),
]

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function all(source: TextSource, options?: ReadTextsOptions): Promise<string[]> {
  const texts: string[] = []
  for await (const text of readTexts(source, options)) texts.push(text)
  return texts
}

async function failure(source: TextSource, options?: ReadTextsOptions): Promise<InputError> {
  const error = await all(source, options).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(InputError)
  return error as InputError
}

/** Bytes in chunks of any size, as a pipe may deliver them. */
function chunks(bytes: Uint8Array, size: number): TextSource {
  async function* parts() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  return { name: 'chunks.txt', bytes: parts() }
}

describe('txt', () => {
  test.each([
    ['one text a line', '花呗\n天气\n', ['花呗', '天气']],
    ['the last line may lack its end', '花呗\n天气', ['花呗', '天气']],
    ['Windows line ends', '花呗\r\n天气\r\n', ['花呗', '天气']],
    ['a blank line is an empty text', '花呗\n\n天气\n', ['花呗', '', '天气']],
    [
      'a byte order mark is dropped, but only at the start',
      '\uFEFF花\n\uFEFF呗',
      ['花', '\uFEFF呗'],
    ],
    ['nothing else is trimmed', ' 花 \t\n', [' 花 \t']],
    ['one empty line', '\n', ['']],
  ])('%s', async (_, content, expected) => {
    expect(await all(file('a.txt', content))).toEqual(expected)
  })

  test.each([1, 2, 3, 5, 7])('characters split into chunks of %i bytes', async (size) => {
    const text = '\uFEFF我的儿子！\n𠮷野家é\r\n\n末行'
    const expected = ['我的儿子！', '𠮷野家é', '', '末行']
    expect(await all(chunks(Buffer.from(text), size))).toEqual(expected)
  })

  test('gzip', async () => {
    expect(await all(file('a.txt.gz', gzipSync('花呗\n天气\n')))).toEqual(['花呗', '天气'])
  })

  test('the name is overruled by the format', async () => {
    expect(await all(file('a.log', '花呗'), { format: 'txt' })).toEqual(['花呗'])
  })
})

describe('jsonl', () => {
  test('strings, and objects with one column or one called text', async () => {
    const content = '"花呗"\n\n{"sentence":"天气"}\n{"id":3,"text":"句\\n子"}\r\n'
    expect(await all(file('a.jsonl', content))).toEqual(['花呗', '天气', '句\n子'])
  })

  test('a column by name, by number, and of arrays', async () => {
    const objects = file('b.jsonl', '{"a":"一","b":"二"}\n{"b":"四","a":"三"}\n')
    expect(await all(objects, { column: 'b' })).toEqual(['二', '四'])
    expect(await all(objects, { column: 0 })).toEqual(['一', '四'])
    expect(await all(file('c.jsonl', '["一","二"]'), { column: 1 })).toEqual(['二'])
  })

  test('malformed JSON names file and line', async () => {
    const path = file('d.jsonl', '"花呗"\n\n{"text":')
    const error = await failure(path)
    expect(error.code).toBe('input-json')
    expect(error.message).toContain(`${path}, line 3: malformed JSON`)
  })

  test('a missing column names those there are', async () => {
    const error = await failure(file('e.jsonl', '{"a":"一","b":"二"}'), { column: 'text' })
    expect(error.code).toBe('input-column-missing')
    expect(error.message).toMatch(/line 1: has no column text; there are 2: a, b$/)
  })

  test.each([
    ['{"text":3}', 'expected a text in column text, but got number'],
    ['{"text":null}', 'expected a text in column text, but got null'],
    ['3', 'expected a text, but got number'],
  ])('%s is no text', async (line, message) => {
    expect((await failure(file('f.jsonl', line))).message).toContain(message)
  })
})

describe('json', () => {
  const content = '[\n  "逗号,和]括号\\"",\n  {"text": "天气", "tags": [1, [2]]}\n]\n'

  test('an array of strings and objects', async () => {
    expect(await all(file('a.json', content))).toEqual(['逗号,和]括号"', '天气'])
  })

  test.each([1, 3, 8])('split into chunks of %i bytes', async (size) => {
    const source = chunks(Buffer.from(content), size)
    expect(await all(source, { format: 'json' })).toEqual(['逗号,和]括号"', '天气'])
  })

  test.each([
    ['{"text":"花"}', 1, 'it must be one array'],
    ['["花",\n"呗"', 2, 'it ends before the array does'],
    ['["花"]\n\n["呗"]', 3, 'something follows the array'],
    ['[\n"花",\n{"text" "呗"}]', 3, 'malformed JSON'],
    ['["花",\n\n]', 3, 'malformed JSON'],
    ['["花",,"呗"]', 1, 'malformed JSON'],
  ])('malformed: %j', async (broken, line, message) => {
    const error = await failure(file('b.json', broken))
    expect(error.code).toBe('input-json')
    expect(error.facts.line).toBe(line)
    expect(error.message).toContain(message)
  })

  test('an empty array is empty input', async () => {
    expect((await failure(file('c.json', '[ ]'))).code).toBe('input-empty')
  })
})

describe.each(['tsv', 'csv'] as const)('%s', (format) => {
  const separator = format === 'tsv' ? '\t' : ','
  const rows = [
    ['id', 'text'],
    ['1', '花呗'],
    ['2', '天气'],
  ]
  const content = rows.map((row) => row.join(separator)).join('\r\n')

  test('a column by name: the first row holds the names', async () => {
    expect(await all(file(`a.${format}`, content), { column: 'text' })).toEqual(['花呗', '天气'])
  })

  test('a column by number: there is no such row', async () => {
    const texts = await all(file(`a.${format}`, content), { column: 1 })
    expect(texts).toEqual(['text', '花呗', '天气'])
  })

  test('no column needs just one', async () => {
    expect(await all(file(`b.${format}`, '花呗\n\n天气\n'))).toEqual(['花呗', '天气'])
    expect((await failure(file(`a.${format}`, content))).message).toContain(
      'line 1: has several columns; name one of them; there are 2: id, text',
    )
  })

  test('a missing column names those there are', async () => {
    const error = await failure(file(`a.${format}`, content), { column: 'sentence' })
    expect(error.message).toMatch(/has no column sentence; there are 2: id, text$/)
  })

  test('a row that is too short, or too long, is an error with its line', async () => {
    const short = file(`c.${format}`, `a${separator}b\nc\n`)
    expect((await failure(short, { column: 0 })).facts.line).toBe(2)
    const long = file(`c.${format}`, `a\nb${separator}c\n`)
    expect((await failure(long)).facts.line).toBe(2)
    const path = file(`a.${format}`, content)
    expect((await failure(path, { column: 2 })).message).toContain('line 1: has no column 2')
  })
})

test('tsv knows no quotes', async () => {
  expect(await all(file('q.tsv', '1\t"花"呗\n'), { column: 1 })).toEqual(['"花"呗'])
})

test('the tsv of pandas, which quotes what it must, is read as csv', async () => {
  const asTabs = await failure(join(FIXTURES, 'pandas.tsv'), { column: 'text' })
  expect(asTabs.message).toContain('line 5: expected 3 cells, as in the first row, but got 2; if')
  const options = { column: 'text', format: 'csv' } as const
  expect(await all(join(FIXTURES, 'pandas.tsv'), options)).toEqual(WRITTEN)
  const zipped = file('pandas.tsv.gz', gzipSync(readFileSync(join(FIXTURES, 'pandas.tsv'))))
  expect(await all(zipped, options)).toEqual(WRITTEN)
})

test('csv knows quotes', async () => {
  const quoted = file('q.csv', '"花,""呗""","1"\n"天\n气",2\n')
  expect(await all(quoted, { column: 0 })).toEqual(['花,"呗"', '天\n气'])
  const open = file('o.csv', '花,1\n"天,2\n')
  expect(await failure(open, { column: 0 })).toMatchObject({ code: 'input-csv' })
})

describe('parquet', () => {
  const path = join(folder, 'a.parquet')
  const texts = Array.from({ length: 2500 }, (_, i) => `句子${i}`)
  parquetWriteFile({
    filename: path,
    rowGroupSize: 1000,
    columnData: [
      { name: 'id', data: texts.map((_, i) => i), type: 'INT32' },
      { name: 'sentence', data: texts, type: 'STRING' },
    ],
  })

  test('a column by name and by number, over row groups', async () => {
    expect(await all(path, { column: 'sentence' })).toEqual(texts)
    expect(await all(path, { column: 1 })).toEqual(texts)
  })

  test('a column that is missing, or no text', async () => {
    expect((await failure(path)).message).toContain('there are 2: id, sentence')
    expect((await failure(path, { column: 'id' })).message).toContain('row 0: expected a text')
  })

  test.each(readdirSync(FIXTURES).filter((name) => name.endsWith('.parquet')))(
    '%s, as others write it',
    async (name) => {
      expect(await all(join(FIXTURES, name), { column: 'text' })).toEqual(WRITTEN)
    },
  )

  test.each<['GZIP' | 'ZSTD', () => Uint8Array]>([
    ['GZIP', () => gzipSync(Buffer.alloc(2 ** 29, 'a'), { level: 1 })],
    ['ZSTD', () => zstdBomb(8192)],
  ])('a page of %s that would become far more than it says', async (codec, compress) => {
    const bomb = join(folder, `${codec}.parquet`)
    parquetWriteFile({
      filename: bomb,
      codec,
      compressors: { [codec]: compress },
      columnData: [{ name: 'text', data: texts, type: 'STRING' }],
    })
    const before = process.memoryUsage.rss()
    const error = await all(bomb).catch((reason: unknown) => reason)
    expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 28)
    expect(error).toMatchObject({ code: 'input-damaged' })
  })

  test('a damaged file', async () => {
    expect((await failure(file('b.parquet', 'PAR1 no'))).code).toBe('input-damaged')
  })

  test('a stream is refused, as the end is read first', async () => {
    const source = chunks(new Uint8Array(3), 1)
    expect((await failure(source, { format: 'parquet' })).code).toBe('input-parquet-stream')
  })
})

/** A frame of so many blocks of 128 KB, 4 bytes each (RFC 8878). */
function zstdBomb(blocks: number): Uint8Array {
  const frame = Buffer.from('28b52ffd0070', 'hex')
  const size = 128 * 1024
  const block = (isLast: boolean) => {
    const header = Buffer.alloc(4, 0xff)
    header.writeUIntLE((isLast ? 1 : 0) | (1 << 1) | (size << 3), 0, 3)
    return header
  }
  return Buffer.concat([
    frame,
    ...Array.from({ length: blocks }, (_, i) => block(i === blocks - 1)),
  ])
}

describe('UTF-16', () => {
  const text = '花呗,1\n𠮷野家,2\r\n末行,3'
  const little = Buffer.from(`\uFEFF${text}`, 'utf16le')
  const big = Buffer.from(little).swap16()

  test.each([1, 2, 3, 5, 1000])('with a mark, in chunks of %i bytes', async (size) => {
    for (const bytes of [little, big]) {
      const expected = ['花呗,1', '𠮷野家,2', '末行,3']
      expect(await all(chunks(bytes, size))).toEqual(expected)
      const csv = { column: 0, format: 'csv' } as const
      expect(await all(chunks(bytes, size), csv)).toEqual(['花呗', '𠮷野家', '末行'])
    }
    expect(await all(file('a.txt.gz', gzipSync(big)))).toHaveLength(3)
  })

  test.each([
    ['UTF-16LE', Buffer.from('花呗怎么还款\n今天天气真不错\n', 'utf16le')],
    ['UTF-16BE', Buffer.from('花呗怎么还款\n今天天气真不错\n', 'utf16le').swap16()],
    ['UTF-16LE', Buffer.from('花呗怎么还款', 'utf16le')],
    ['UTF-16LE', Buffer.from('hello\nworld\n', 'utf16le')],
    ['UTF-16BE', Buffer.from('hello\nworld\n', 'utf16le').swap16()],
    ['UTF-16LE', Buffer.from('{"text":"花呗怎么还款"}', 'utf16le')],
    ['GB18030', Buffer.from('bba8dfc2d4f5c3b4bbb9bfee0abdf1ccec', 'hex')],
  ])('%s without a mark is said to be that', async (encoding, bytes) => {
    const error = await failure(file('a.txt', bytes))
    expect(error.message).toContain(`iconv -f ${encoding} -t UTF-8`)
    expect((await failure(chunks(bytes, 1))).message).toContain(encoding)
  })

  test('UTF-32, and bytes that are not what the mark says', async () => {
    const utf32 = file('a.txt', Buffer.from('fffe0000b1820000', 'hex'))
    expect((await failure(utf32)).message).toContain('it is UTF-32')
    for (const end of ['00d8b182', '41']) {
      const broken = file('b.txt', Buffer.concat([little, Buffer.from(end, 'hex')]))
      expect(await failure(broken)).toMatchObject({
        code: 'input-encoding',
        message: expect.stringContaining('its byte order mark says UTF-16LE, but it is not'),
      })
    }
  })

  test('a NUL or two make no UTF-16', async () => {
    expect(await all(file('a.txt', '花呗\0\n天\0气'))).toEqual(['花呗\0', '天\0气'])
  })
})

describe('bad input', () => {
  test.each(['a.txt', 'a.jsonl', 'a.json', 'a.tsv', 'a.csv'])('%s not UTF-8', async (name) => {
    const path = file(name, Buffer.concat([Buffer.from('["花呗",\n"'), Buffer.from('bbaa', 'hex')]))
    const error = await failure(path, name === 'a.csv' || name === 'a.tsv' ? { column: 0 } : {})
    expect(error).toMatchObject({ code: 'input-not-utf8', facts: { line: 2 } })
  })

  test('the line that is not UTF-8 is named, beyond the first chunk too', async () => {
    const path = file('bad.txt', '花呗\n'.repeat(50_000))
    appendFileSync(path, Buffer.from([0xd6, 0xd0, 0x0a, 0x61]))
    const error = await failure(path)
    expect(error.code).toBe('input-not-utf8')
    expect(error.message).toContain(`${path}, line 50001: not UTF-8`)
  })

  test('a character truncated by the end of the file', async () => {
    const bytes = Buffer.from('花呗\n天').subarray(0, -1)
    expect((await failure(file('truncated.txt', bytes))).facts).toMatchObject({ line: 2 })
  })

  test.each([
    ['empty.txt', '', 'input-empty'],
    ['empty.jsonl', '\n\n', 'input-empty'],
    ['empty.csv', '', 'input-empty'],
    ['bom.txt', '\uFEFF', 'input-empty'],
    ['name.doc', '花', 'input-format-unknown'],
    ['plain.txt.gz', 'no gzip', 'input-damaged'],
  ])('%s: %j is %s', async (name, content, code) => {
    expect((await failure(file(name, content))).code).toBe(code)
  })

  test('truncated gzip', async () => {
    const path = file('truncated.txt.gz', gzipSync('花呗\n'.repeat(100)).subarray(0, 30))
    expect((await failure(path)).code).toBe('input-damaged')
  })

  test.each(['missing.txt', 'missing.txt.gz', 'missing.parquet', 'missing.csv'])(
    'no file %s',
    async (name) => {
      const error = await failure(join(folder, name), { column: 0 })
      expect(error.code).toBe('input-missing')
      expect(error.message).toBe(`there is no file ${join(folder, name)}`)
    },
  )

  test('a folder', async () => {
    expect((await failure(folder, { format: 'txt' })).code).toBe('input-is-folder')
  })
})

test('a source is read no further than rows are requested', async () => {
  let given = 0
  async function* endless() {
    for (;;) {
      given += 1
      yield Buffer.from('一行\n'.repeat(1000))
    }
  }
  for await (const text of readTexts({ name: 'endless.txt', bytes: endless() })) {
    expect(text).toBe('一行')
    break
  }
  expect(given).toBe(1)
})
