import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/model-folder.ts'
import { WEIGHT_BYTES, type Weight, type WeightMap, type WeightType } from '../model/index.ts'
import type { SaveType } from './constants.ts'
import { diskFile } from './disk-folder.ts'
import { readWeight, readWeightBytes } from './read-weight.ts'
import { readSafetensors } from './safetensors.ts'
import { writeSafetensors } from './write-safetensors.ts'

async function roundTrip(weights: readonly Weight[], type?: SaveType): Promise<WeightMap> {
  const path = join(temporaryFolder(), 'model.safetensors')
  await writeSafetensors(path, weights, type)
  return readSafetensors(diskFile(path, statSync(path).size))
}

function floats(name: string, numbers: Float32Array<ArrayBuffer>): Weight {
  return { name, type: 'float32', shape: [numbers.length], data: { bytes: bytesOf(numbers) } }
}

function bytesOf(numbers: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

async function halvesOf(numbers: Float32Array<ArrayBuffer>): Promise<Uint16Array> {
  const weight = (await roundTrip([floats('w', numbers)], 'float16')).get('w')
  if (weight?.type !== 'float16') throw new Error('not saved as float16')
  return new Uint16Array((await readWeightBytes(weight)).slice().buffer)
}

describe('writeSafetensors', () => {
  test('every type comes back bit for bit, names and shapes too', async () => {
    const types = Object.keys(WEIGHT_BYTES) as WeightType[]
    const weights = types.map((type, index): Weight => {
      const bytes = Uint8Array.from(
        { length: 8 * WEIGHT_BYTES[type] },
        (_, i) => (i * 37 + index) % 251,
      )
      return { name: `层.${type}`, type, shape: [2, 1, 4], data: { bytes } }
    })
    const read = await roundTrip(weights)
    expect([...read.keys()]).toEqual(weights.map(({ name }) => name))
    for (const weight of weights) {
      const back = read.get(weight.name)
      expect(back).toMatchObject({ type: weight.type, shape: weight.shape })
      expect(back && (await readWeightBytes(back))).toEqual(await readWeightBytes(weight))
    }
  })

  test('the data begin at a multiple of 8, whatever the header', async () => {
    for (let length = 1; length <= 9; length += 1) {
      const weights = await roundTrip([floats('n'.repeat(length), Float32Array.of(1))])
      const [weight] = [...weights.values()]
      expect(weight?.data).toMatchObject({ offset: expect.any(Number) })
      expect(weight && 'file' in weight.data && weight.data.offset % 8).toBe(0)
    }
  })

  test('no weights, a scalar, a weight without elements', async () => {
    expect((await roundTrip([])).size).toBe(0)
    const scalar = { ...floats('scalar', Float32Array.of(3)), shape: [] }
    const empty = { ...floats('empty', new Float32Array()), shape: [0, 4] }
    const read = await roundTrip([scalar, empty], 'float16')
    expect([...read.values()].map(({ type, shape }) => [type, shape])).toEqual([
      ['float16', []],
      ['float16', [0, 4]],
    ])
  })

  test.each<WeightType>(['float16', 'bfloat16', 'float64'])('%s as float32', async (type) => {
    const bits = {
      float16: [0, 0x3e],
      bfloat16: [0xc0, 0x3f],
      float64: [0, 0, 0, 0, 0, 0, 0xf8, 0x3f],
    }
    const bytes = Uint8Array.from(bits[type as keyof typeof bits])
    const read = await roundTrip([{ name: 'w', type, shape: [1], data: { bytes } }], 'float32')
    const weight = read.get('w')
    expect(weight?.type).toBe('float32')
    expect(weight && [...(await readWeight(weight))]).toEqual([1.5])
  })

  test('a file that is there already is left alone', async () => {
    const path = join(temporaryFolder(), 'model.safetensors')
    writeFileSync(path, 'mine')
    await expect(writeSafetensors(path, [])).rejects.toMatchObject({ code: 'EEXIST' })
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })

  test('a folder that is not there', async () => {
    const path = join(temporaryFolder(), 'none', 'model.safetensors')
    await expect(writeSafetensors(path, [])).rejects.toMatchObject({ code: 'ENOENT' })
    expect(existsSync(path)).toBe(false)
  })
})

describe('float16', () => {
  /** All finite halves that are not negative, in order, and the value each stands for. */
  const finite = Uint16Array.from({ length: 0x7c00 }, (_, half) => half)

  async function valuesOf(halves: Uint16Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>> {
    const { length } = halves
    return readWeight({
      name: 'w',
      type: 'float16',
      shape: [length],
      data: { bytes: bytesOf(halves) },
    })
  }

  test('all 65536 halves come back as themselves, NaN as a NaN', async () => {
    const halves = Uint16Array.from({ length: 65_536 }, (_, half) => half)
    const back = await halvesOf(await valuesOf(halves))
    const isNan = (half: number) => (half & 0x7fff) > 0x7c00
    const different = [...halves].filter((half) =>
      isNan(half) ? !isNan(back[half] ?? 0) : back[half] !== half,
    )
    expect(different).toEqual([])
  })

  test('halfway between two halves goes to the even one, just beside it to the nearer', async () => {
    const values = await valuesOf(finite)
    const pairs = [...finite].slice(0, -1)
    // The sum of two neighbours is exact in float32, and so is its half.
    const middles = Float32Array.from(
      pairs,
      (half) => ((values[half] ?? 0) + (values[half + 1] ?? 0)) / 2,
    )
    const words = new Uint32Array(middles.buffer)
    const beside = (step: number) => new Float32Array(words.map((word) => word + step).buffer)
    const even = pairs.map((half) => half + (half % 2))
    expect([...(await halvesOf(middles))]).toEqual(even)
    expect([...(await halvesOf(beside(-1)))]).toEqual(pairs)
    expect([...(await halvesOf(beside(1)))]).toEqual(pairs.map((half) => half + 1))
    const negative = middles.map((middle) => -middle)
    expect([...(await halvesOf(negative))]).toEqual(even.map((half) => half | 0x8000))
  })

  test('the borders: float32 too small become zero with their sign, 65519 is the last', async () => {
    const numbers = Float32Array.of(2 ** -25, 2 ** -149, -(2 ** -149), -0, 65_519, -65_519.9)
    expect([...(await halvesOf(numbers))]).toEqual([0, 0, 0x8000, 0x8000, 0x7bff, 0xfbff])
  })

  test.each([65_520, -65_520, 65_536, 3e38])('%d does not fit, and is refused', async (number) => {
    await expect(halvesOf(Float32Array.of(1, number))).rejects.toMatchObject({
      name: 'OutputError',
      code: 'save-float16-range',
      message: expect.stringMatching(/^weight w is .* at element 1, and float16 ends at 65504/),
    })
  })
})
