import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OutputError } from '../errors/index.ts'
import { publishFile, writeFileAtomic } from './atomic-file.ts'
import { createVectorWriter, type VectorBlock } from './vector-writer.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yuju-vectors-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const first: VectorBlock = { data: Float32Array.of(0.1, -2, 3, 1e-8), rows: 2 }
const second: VectorBlock = { data: Float32Array.of(5, 6), rows: 1 }

async function write(name: string, ...blocks: readonly VectorBlock[]): Promise<string> {
  const path = join(folder, name)
  const writer = await createVectorWriter(path)
  for (const block of blocks) {
    await writer.write(
      block,
      Array.from({ length: block.rows }, (_, i) => `第${i}句`),
    )
  }
  expect(existsSync(path)).toBe(false)
  await writer.finish()
  expect(readdirSync(folder)).toEqual([name])
  return path
}

describe('npy', () => {
  const header = (bytes: Buffer) => bytes.toString('latin1', 10, 10 + bytes.readUInt16LE(8))

  test('float32 blocks, one after the other', async () => {
    const bytes = readFileSync(await write('a.npy', first, second))
    expect(bytes.toString('latin1', 0, 8)).toBe('\x93NUMPY\x01\x00')
    expect(header(bytes).trimEnd()).toBe(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }",
    )
    const dataStart = 10 + bytes.readUInt16LE(8)
    expect(dataStart % 64).toBe(0)
    const data = new Float32Array(Uint8Array.from(bytes.subarray(dataStart)).buffer)
    expect(data).toEqual(Float32Array.of(0.1, -2, 3, 1e-8, 5, 6))
  })

  test.each([
    ['|i1', Int8Array.of(-128, 127)],
    ['|u1', Uint8Array.of(0, 255)],
  ])('%s', async (type, data) => {
    const bytes = readFileSync(await write('a.npy', { data, rows: 1 }))
    expect(header(bytes)).toContain(`'descr': '${type}', 'fortran_order': False, 'shape': (1, 2)`)
    expect([...bytes.subarray(-2)]).toEqual([...new Uint8Array(data.buffer)])
  })
})

test('jsonl: numbers are short, and the same in float32', async () => {
  const lines = readFileSync(await write('a.jsonl', first, second), 'utf8')
    .trimEnd()
    .split('\n')
  expect(lines[0]).toBe('{"text":"第0句","embedding":[0.100000001,-2]}')
  const values = lines.flatMap((line) => JSON.parse(line).embedding)
  expect(Float32Array.from(values)).toEqual(Float32Array.of(0.1, -2, 3, 1e-8, 5, 6))
})

describe('parquet', () => {
  const read = async (path: string) => parquetReadObjects({ file: await asyncBufferFromFile(path) })

  test('texts and lists of float32', async () => {
    const rows = await read(await write('a.parquet', first, second))
    expect(rows.map(({ text }) => text)).toEqual(['第0句', '第1句', '第0句'])
    expect(rows.map(({ embedding }) => Float32Array.from(embedding))).toEqual([
      Float32Array.of(0.1, -2),
      Float32Array.of(3, 1e-8),
      Float32Array.of(5, 6),
    ])
  })

  test('bytes', async () => {
    const signed = await read(await write('a.parquet', { data: Int8Array.of(-128, 127), rows: 1 }))
    expect(signed).toEqual([{ text: '第0句', embedding: [-128, 127] }])
  })

  test('bytes without sign', async () => {
    const plain = await read(await write('b.parquet', { data: Uint8Array.of(0, 255), rows: 1 }))
    expect(plain).toEqual([{ text: '第0句', embedding: [0, 255] }])
  })
})

describe('whole or not at all', () => {
  test.each(['a.npy', 'a.jsonl', 'a.parquet'])('aborting leaves nothing: %s', async (name) => {
    const writer = await createVectorWriter(join(folder, name))
    await writer.write(first, ['a', 'b'])
    await writer.abort()
    await writer.abort()
    expect(readdirSync(folder)).toEqual([])
  })

  test('an older file stays until the new one is whole', async () => {
    const path = join(folder, 'a.npy')
    writeFileSync(path, 'old')
    const writer = await createVectorWriter(path)
    await writer.write(second, ['a'])
    expect(readFileSync(path, 'utf8')).toBe('old')
    await writer.finish()
    await writer.abort()
    expect(readFileSync(path).length).toBe(128 + 8)
  })

  test.each([
    ['missing/a.npy', 'output-folder-missing', 'its folder does not exist'],
    ['file/a.npy', 'output-folder-missing', 'is a file'],
    ['folder.npy', 'output-not-a-file', 'is a folder'],
  ])('%s: %s', async (name, code, message) => {
    writeFileSync(join(folder, 'file'), '')
    const path = name === 'folder.npy' ? `${folder}/.` : join(folder, name)
    const error = await writeFileAtomic(path, 'x').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(OutputError)
    expect(error).toMatchObject({ code, facts: { path } })
    expect((error as OutputError).message).toContain(message)
  })

  test('a device is not replaced', async () => {
    await expect(writeFileAtomic('/dev/null', 'x')).rejects.toMatchObject({
      code: 'output-not-a-file',
    })
  })

  test('of several files that are to have one name the first gets it', async () => {
    const path = join(folder, 'a')
    const others = ['1', '2', '3'].map((name) => join(folder, name))
    for (const other of others) writeFileSync(other, other)
    const placed = await Promise.all(others.map((other) => publishFile(other, path)))
    expect(placed.filter((isPlaced) => isPlaced)).toHaveLength(1)
    expect(readFileSync(path, 'utf8')).toBe(others[placed.indexOf(true)])
    expect(readdirSync(folder)).toEqual(['a'])
    await expect(publishFile(join(folder, 'gone'), join(folder, 'b'))).rejects.toMatchObject({
      code: 'output-folder-missing',
    })
  })

  test('another extension is refused', async () => {
    await expect(createVectorWriter(join(folder, 'a.csv'))).rejects.toMatchObject({
      code: 'output-format-unknown',
    })
    expect(readdirSync(folder)).toEqual([])
  })
})
