import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/model-folder.ts'
import type { WeightMap } from '../model/index.ts'
import { diskFile } from './disk-folder.ts'
import { readWeight } from './read-weight.ts'
import { readSafetensors } from './safetensors.ts'

function fileOf(header: string | Buffer, data: Uint8Array = new Uint8Array()): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)))
  return Buffer.concat([length, Buffer.from(header), data])
}

function withEntries(entries: unknown, dataLength = 0): Buffer {
  return fileOf(JSON.stringify(entries), new Uint8Array(dataLength))
}

function entry(dtype: unknown, shape: unknown, offsets: unknown) {
  return { dtype, shape, data_offsets: offsets }
}

function read(bytes: Uint8Array): Promise<WeightMap> {
  const path = join(temporaryFolder(), 'model.safetensors')
  writeFileSync(path, bytes)
  return readSafetensors(diskFile(path, bytes.length))
}

describe('what the format allows', () => {
  test('weights in any order, with metadata and spaces after the header', async () => {
    const header = JSON.stringify({
      late: entry('F32', [2], [8, 16]),
      __metadata__: { format: 'pt' },
      early: entry('F64', [], [0, 8]),
      名: entry('U8', [1, 2], [16, 18]),
    })
    const data = Buffer.alloc(18)
    data.writeDoubleLE(0.1, 0)
    data.writeFloatLE(-1.5, 8)
    data.writeFloatLE(2.5, 12)
    data.set([7, 255], 16)
    const weights = await read(fileOf(`${header}     `, data))
    expect([...weights.keys()].sort()).toEqual(['early', 'late', '名'])
    expect(weights.get('late')).toMatchObject({ type: 'float32', shape: [2] })
    const values = [...weights.values()].map(async (weight) => [
      weight.name,
      [...(await readWeight(weight))],
    ])
    expect(Object.fromEntries(await Promise.all(values))).toEqual({
      late: [-1.5, 2.5],
      early: [Math.fround(0.1)],
      名: [7, 255],
    })
  })

  test('no tensors, and tensors without elements', async () => {
    expect((await read(withEntries({}))).size).toBe(0)
    const entries = {
      a: entry('F32', [0, 4], [0, 0]),
      b: entry('F32', [1], [0, 4]),
      c: entry('I64', [3, 0], [4, 4]),
    }
    const weights = await read(withEntries(entries, 4))
    expect(await readWeight(weights.get('a') ?? never())).toHaveLength(0)
    expect(weights.get('c')?.shape).toEqual([3, 0])
  })

  test('every element type has its width', async () => {
    const widths = {
      F64: 8,
      F32: 4,
      F16: 2,
      BF16: 2,
      I64: 8,
      I32: 4,
      I16: 2,
      I8: 1,
      U64: 8,
      U32: 4,
      U16: 2,
      U8: 1,
      BOOL: 1,
    }
    for (const [dtype, width] of Object.entries(widths)) {
      const weights = await read(withEntries({ w: entry(dtype, [3], [0, 3 * width]) }, 3 * width))
      expect([...(await readWeight(weights.get('w') ?? never()))]).toEqual([0, 0, 0])
    }
  })
})

function never(): never {
  throw new Error('the weight is missing')
}

const one = { w: entry('F32', [2], [0, 8]) }

describe('damage', () => {
  const whole = withEntries(one, 8)
  const claims = (length: bigint) => {
    const bytes = Buffer.alloc(20, '{')
    bytes.writeBigUInt64LE(length)
    return bytes
  }

  test.each<readonly [string, Buffer, string]>([
    ['an empty file', Buffer.alloc(0), 'it has 0 bytes, too few for a header'],
    ['seven bytes', Buffer.alloc(7), 'it has 7 bytes, too few for a header'],
    ['eight bytes', withEntries(one).subarray(0, 8), 'bytes, but only 0 follow'],
    ['an empty header', Buffer.alloc(8), 'its header is not a JSON object'],
    [
      'a header longer than the file',
      claims(13n),
      'its header claims 13 bytes, but only 12 follow',
    ],
    ['a header of over 100 MB', claims(100_000_001n), 'its header claims 100000001 bytes'],
    ['a header of 2^64 bytes', claims(0xffff_ffff_ffff_ffffn), 'its header claims 18446744073709'],
    ['a header that is no JSON', fileOf('{"w": '), 'its header is not a JSON object'],
    ['a header that is a list', fileOf('[]'), 'its header is not a JSON object'],
    ['a header that is null', fileOf('null'), 'its header is not a JSON object'],
    [
      'invalid UTF-8',
      fileOf(Buffer.from('{"\xff": 1}', 'latin1')),
      'its header is not a JSON object',
    ],
    [
      'a tensor twice, at the same offset',
      fileOf(`{"w": ${JSON.stringify(one.w)}, "w": ${JSON.stringify(one.w)}}`, new Uint8Array(8)),
      'its header names w twice',
    ],
    [
      'a tensor of two shapes',
      fileOf('{"w": {"dtype": "U8", "shape": [8], "shape": [2, 4], "data_offsets": [0, 8]}}'),
      'its header names shape twice',
    ],
    ['missing data', whole.subarray(0, -1), 'w lies at bytes 0 to 8 of 7'],
    ['data that belong to none', Buffer.concat([whole, Buffer.of(1)]), '1 bytes after the last'],
    ['data without tensors', withEntries({}, 3), '3 bytes after the last tensor belong to none'],
    [
      'a file of a pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1'),
      'header claims',
    ],
  ])('%s', async (_, bytes, what) => {
    await expect(read(bytes)).rejects.toMatchObject({
      name: 'CheckpointError',
      code: 'checkpoint-safetensors',
      message: expect.stringContaining(what),
    })
  })

  test.each<readonly [string, unknown, string]>([
    ['unknown', entry('F7', [8], [0, 8]), 'element type F7, which is not known'],
    ['half a byte too much', entry('F4', [3], [0, 2]), '2 bytes for F4 [3], which need 1.5'],
    ['a name every object has', entry('constructor', [8], [0, 8]), 'element type constructor,'],
    ['no number of bytes', entry('F32', [2], [0, 7]), '7 bytes for F32 [2], which need 8'],
    ['a shape too large', entry('F32', [3], [0, 8]), '8 bytes for F32 [3], which need 12'],
    ['a shape of 2^104', entry('U8', [2 ** 52, 2 ** 52], [0, 8]), 'which need 2.02'],
    [
      'infinitely many, and none',
      entry('U8', [...Array<number>(40).fill(2 ** 52), 0], [0, 8]),
      'which need',
    ],
    ['backwards', entry('F32', [2], [8, 0]), 'w lies at bytes 8 to 0 of 8'],
    ['beyond the data', entry('F32', [2], [8, 16]), 'w lies at bytes 8 to 16 of 8'],
    ['negative', entry('F32', [-2], [0, 8]), 'its entry for w is malformed'],
    ['fractional', entry('F32', [0.5, 4], [0, 8]), 'its entry for w is malformed'],
    ['a fractional offset', entry('U8', [8], [0.5, 8.5]), 'its entry for w is malformed'],
    ['a negative offset', entry('F32', [2], [-8, 0]), 'its entry for w is malformed'],
    ['a size beyond 2^53', entry('F32', [2 ** 60, 0], [0, 8]), 'its entry for w is malformed'],
    ['text for numbers', entry('F32', ['2'], [0, 8]), 'its entry for w is malformed'],
    ['three offsets', entry('F32', [2], [0, 4, 8]), 'its entry for w is malformed'],
    ['no offsets', { dtype: 'F32', shape: [2] }, 'its entry for w is malformed'],
    ['no object', 'F32', 'its entry for w is malformed'],
  ])('an entry: %s', async (_, content, what) => {
    await expect(read(withEntries({ w: content }, 8))).rejects.toThrow(what)
  })

  test.each<readonly [string, Record<string, unknown>, string]>([
    ['overlap', { a: entry('F32', [2], [0, 8]), b: entry('F32', [2], [4, 12]) }, 'b overlaps the'],
    [
      'the same place',
      { a: entry('U8', [12], [0, 12]), b: entry('U8', [12], [0, 12]) },
      'overlaps',
    ],
    [
      'one inside',
      { a: entry('U8', [12], [0, 12]), b: entry('U8', [2], [4, 6]) },
      'b overlaps the',
    ],
    ['a hole', { a: entry('U8', [2], [0, 2]), b: entry('U8', [4], [8, 12]) }, '6 bytes before b'],
    ['a hole first', { a: entry('U8', [8], [4, 12]) }, 'a hole of 4 bytes before a'],
    ['an end without', { a: entry('U8', [8], [0, 8]) }, '4 bytes after the last tensor'],
  ])('tensors side by side: %s', async (_, entries, what) => {
    await expect(read(withEntries(entries, 12))).rejects.toThrow(what)
  })

  test('a file that shrinks while it is read', async () => {
    const path = join(temporaryFolder(), 'model.safetensors')
    writeFileSync(path, whole)
    const weights = await readSafetensors(diskFile(path, whole.length))
    writeFileSync(path, whole.subarray(0, -2))
    await expect(readWeight(weights.get('w') ?? never())).rejects.toMatchObject({
      code: 'checkpoint-file-truncated',
    })
  })

  test('a file that is gone or a folder', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'folder'))
    for (const name of ['none', 'folder']) {
      await expect(readSafetensors(diskFile(join(folder, name), 100))).rejects.toMatchObject({
        code: 'checkpoint-file-unreadable',
      })
    }
  })
})
