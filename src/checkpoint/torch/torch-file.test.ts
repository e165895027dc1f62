import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/model-folder.ts'
import { FIXTURES, readJson } from '../../../test/support/shared.ts'
import { zipFile } from '../../../test/support/zip-file.ts'
import type { WeightMap } from '../../model/index.ts'
import { diskFile } from '../disk-folder.ts'
import { readWeight } from '../read-weight.ts'
import { readTorchFile } from './torch-file.ts'

const folder = join(FIXTURES, 'checkpoint')

interface Described {
  readonly type: string
  readonly shape: readonly number[]
  readonly values: readonly number[]
}
const expected = readJson<Record<string, Record<string, Described>>>(join(folder, 'expected.json'))

function read(name: string): Promise<WeightMap> {
  const path = join(folder, name)
  return readTorchFile(diskFile(path, statSync(path).size))
}

function readBytes(bytes: Uint8Array): Promise<WeightMap> {
  const path = join(temporaryFolder(), 'pytorch_model.bin')
  writeFileSync(path, bytes)
  return readTorchFile(diskFile(path, bytes.length))
}

async function described(weights: WeightMap): Promise<Record<string, Described>> {
  const entries = [...weights].map(async ([name, weight]) => {
    const { type, shape } = weight
    return [name, { type, shape, values: [...(await readWeight(weight))] }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

describe('what torch.save wrote is read as torch reads it', () => {
  const files = readdirSync(folder).filter((name) => /^(state|junk|module)\..*\.bin$/.test(name))

  test('the files are there', () => expect(files).toHaveLength(12))

  test.each(files)('%s', async (file) => {
    const content = expected[file.split('.')[0] ?? '']
    expect(await described(await read(file))).toEqual(content)
  })

  test('contiguous tensors stay in the file, views with gaps are gathered', async () => {
    const weights = await read('state.zip.2.bin')
    const inFile = [...weights.values()].filter(({ data }) => 'file' in data)
    expect(inFile.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['base', 'with_offset', 'parameter', 'scalar', 'empty']),
    )
    const inMemory = [...weights.values()].filter(({ data }) => 'bytes' in data)
    expect(inMemory.map(({ name }) => name)).toEqual([
      'transposed',
      'columns',
      'every_second',
      'permuted',
      'expanded',
    ])
  })
})

describe('files that would run code', () => {
  test.each([
    ['evil.zip.2.bin', 'posix.system'],
    ['evil.zip.4.bin', 'posix.system'],
    ['evil.legacy.2.bin', 'posix.system'],
  ])('%s is refused, naming %s', async (file, name) => {
    await expect(read(file)).rejects.toMatchObject({
      code: 'checkpoint-pickle-forbidden',
      message: expect.stringContaining(`the name ${name} at byte`),
    })
  })
})

describe('files that are no state of tensors', () => {
  test.each([
    ['an empty file', ''],
    ['three bytes', 'PK\u0003'],
    ['a text', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n'],
  ])('%s', async (_, text) => {
    await expect(readBytes(Buffer.from(text))).rejects.toMatchObject({ name: 'CheckpointError' })
  })

  test('a list of tensors', async () => {
    await expect(read('list.zip.2.bin')).rejects.toThrow('it holds no dictionary of tensors')
  })

  test.each(['zip', 'legacy'])('a %s file truncated anywhere is an error', async (kind) => {
    const bytes = readFileSync(join(folder, `module.${kind}.2.bin`))
    for (let length = 0; length < bytes.length; length += 17) {
      await expect(readBytes(bytes.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({
        name: 'CheckpointError',
      })
    }
  })
})

test.each(['module.zip.2.bin', 'state.legacy.2.bin'])(
  '%s with any byte changed is read or refused, but nothing else',
  async (file) => {
    const bytes = readFileSync(join(folder, file))
    const path = join(temporaryFolder(), 'changed.bin')
    for (let offset = 0; offset < bytes.length; offset += 7) {
      const changed = Uint8Array.from(bytes)
      changed[offset] = ((changed[offset] ?? 0) * 31 + 97 + offset) & 0xff
      writeFileSync(path, changed)
      const error = await readTorchFile(diskFile(path, changed.length)).catch(
        (cause: unknown) => cause,
      )
      const known = error instanceof Map || (error as Error).name === 'CheckpointError'
      expect(known, `byte ${offset}: ${error}`).toBe(true)
    }
  },
)

/** A state of tensors of one float32 storage, made by hand: what torch.save would never write. */
function statePickle(tensors: Readonly<Record<string, ViewLayout>>): Buffer {
  return Buffer.concat([stateOpcodes(tensors), Buffer.from('.')])
}

function text(value: string): Buffer {
  return Buffer.from(`X${String.fromCharCode(value.length)}\0\0\0${value}`)
}

function stateOpcodes(tensors: Readonly<Record<string, ViewLayout>>): Buffer {
  const int = (value: number) => {
    const bytes = Buffer.alloc(10, 0x8a)
    bytes[1] = 8
    bytes.writeBigInt64LE(BigInt(value), 2)
    return bytes
  }
  const tuple = (values: readonly number[]) => ['(', ...values.map(int), 't']
  const items = Object.entries(tensors).flatMap(([name, { offset = 0, shape, strides }]) => [
    text(name),
    'ctorch._utils\n_rebuild_tensor_v2\n((',
    text('storage'),
    'ctorch\nFloatStorage\n',
    text('0'),
    text('cpu'),
    'NtQ',
    int(offset),
    ...tuple(shape),
    ...tuple(strides),
    'tRs',
  ])
  return Buffer.concat(['}', ...items].map((part) => Buffer.from(part)))
}

interface ViewLayout {
  readonly offset?: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

function readState(
  tensors: Readonly<Record<string, ViewLayout>>,
  { data = Buffer.alloc(48), ...others }: Readonly<Record<string, Uint8Array | string>> = {},
): Promise<WeightMap> {
  const pickle = statePickle(tensors)
  return readBytes(zipFile({ 'm/data.pkl': pickle, 'm/data/0': data, ...others }))
}

describe('tensors made by hand', () => {
  const whole = { shape: [3, 4], strides: [4, 1] }

  test('a whole storage, zip64 and not', async () => {
    const weights = await readState({ weight: whole })
    expect(weights.get('weight')?.shape).toEqual([3, 4])
    const entries = { 'm/data.pkl': statePickle({ weight: whole }), 'm/data/0': Buffer.alloc(48) }
    const large = await readBytes(zipFile(entries, { zip64: true }))
    expect(large.get('weight')?.shape).toEqual([3, 4])
  })

  test.each<readonly [string, ViewLayout]>([
    ['one row too many', { shape: [4, 4], strides: [4, 1] }],
    ['an offset of one', { ...whole, offset: 1 }],
    ['an offset beyond everything', { offset: 2 ** 52, shape: [1], strides: [1] }],
    ['a stride too wide', { shape: [3, 4], strides: [5, 1] }],
    ['a shape of 2^62', { shape: [2 ** 31, 2 ** 31], strides: [2 ** 31, 1] }],
    [
      'a shape beyond all numbers',
      { shape: Array<number>(40).fill(2 ** 52), strides: Array<number>(40).fill(1) },
    ],
    ['an empty one beyond the end', { offset: 13, shape: [0], strides: [1] }],
  ])('outside the storage: %s', async (_, layout) => {
    await expect(readState({ weight: layout })).rejects.toMatchObject({
      code: 'checkpoint-torch',
      message: expect.stringMatching(/the tensor weight \[[\d,e+]+\] (lies outside|repeats)/),
    })
  })

  test('a state inside another dictionary is named', async () => {
    const inner = [text('state_dict'), stateOpcodes({ weight: whole }), Buffer.from('s')]
    const outer = [Buffer.from('}'), text('epoch'), Buffer.from('K\u0003s'), ...inner]
    const pickle = Buffer.concat([...outer, Buffer.from('.')])
    const file = zipFile({ 'm/data.pkl': pickle, 'm/data/0': Buffer.alloc(48) })
    await expect(readBytes(file)).rejects.toMatchObject({
      code: 'checkpoint-torch',
      message: expect.stringContaining('its tensors lie inside its entry "state_dict"; save what'),
    })
  })

  test('a storage that is not there', async () => {
    const file = zipFile({ 'm/data.pkl': statePickle({ weight: whole }) })
    await expect(readBytes(file)).rejects.toThrow('weight [3,4] lies outside its storage')
  })

  test.each<readonly [string, Readonly<Record<string, ViewLayout>>]>([
    ['one of 2^40', { bomb: { shape: [2 ** 40], strides: [0] } }],
    [
      'many dimensions',
      { bomb: { shape: Array<number>(40).fill(2 ** 52), strides: Array<number>(40).fill(0) } },
    ],
    [
      'many small ones',
      Object.fromEntries(
        Array.from({ length: 100 }, (_, i) => [`bomb${i}`, { shape: [900], strides: [0] }]),
      ),
    ],
  ])('views that repeat an element would fill the memory: %s', async (_, tensors) => {
    await expect(readState(tensors)).rejects.toThrow(/the tensor bomb\d* .* repeats its elements/)
  })

  test('big-endian numbers are refused', async () => {
    await expect(readState({ weight: whole }, { 'm/byteorder': 'big' })).rejects.toThrow(
      'its byte order is big, not little',
    )
    await expect(
      readState({ weight: whole }, { 'm/byteorder': Buffer.alloc(100_000, 'x') }),
    ).rejects.toThrow(/its byte order is x{16}, not little/)
  })

  test('a zip file without a pickle', async () => {
    await expect(readBytes(zipFile({ 'word/document.xml': '<x/>' }))).rejects.toThrow(
      'it holds no data.pkl',
    )
  })

  test('a big-endian file of before PyTorch 1.6', async () => {
    const bytes = readFileSync(join(folder, 'module.legacy.2.bin'))
    // The pickled True (0x88) after the key.
    bytes[bytes.indexOf(0x88, bytes.indexOf('little_endian'))] = 0x89
    await expect(readBytes(bytes)).rejects.toThrow('its bytes are not little-endian')
  })

  test('a file of before PyTorch 1.6 whose storage claims a negative or a huge length', async () => {
    const module = readFileSync(join(folder, 'module.legacy.2.bin'))
    // The last storage: 8 bytes of length, two float32.
    for (const length of [-1n, 3n, 1n << 62n]) {
      module.writeBigInt64LE(length, module.length - 16)
      await expect(readBytes(module)).rejects.toThrow('it ends before its last storage')
    }
  })
})
