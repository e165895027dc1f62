import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/model-folder.ts'
import type { Weight, WeightType } from '../model/index.ts'
import { readRange } from './disk-folder.ts'
import { checkFinite } from './finite-weights.ts'
import { readWeight, readWeightBytes } from './read-weight.ts'

/** A weight in memory, or, with bytes in front of it, in a file. */
function weightOf(type: WeightType, numbers: ArrayBufferView<ArrayBuffer>): Weight {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
  return { name: 'w', type, shape: [bytes.length], data: { bytes } }
}

function inFile({ data, ...weight }: Weight, before = 3): Weight {
  const file = join(temporaryFolder(), 'weights')
  const bytes = 'bytes' in data ? data.bytes : new Uint8Array()
  writeFileSync(file, Buffer.concat([Buffer.alloc(before, 255), bytes, Buffer.of(255)]))
  return { ...weight, data: { file, offset: before, byteLength: bytes.length } }
}

describe('every type is read as float32', () => {
  test.each<readonly [WeightType, ArrayBufferView<ArrayBuffer>, readonly number[]]>([
    ['float64', Float64Array.of(0.1, -2.5, 2 ** -140), [Math.fround(0.1), -2.5, 2 ** -140]],
    ['float32', Float32Array.of(0.1, -0, 3e38), [Math.fround(0.1), -0, Math.fround(3e38)]],
    ['float16', Uint16Array.of(0x3c00, 0xc100, 0x0001), [1, -2.5, 2 ** -24]],
    ['bfloat16', Uint16Array.of(0x3f80, 0xc020, 0x8001), [1, -2.5, -(2 ** -133)]],
    ['int64', BigInt64Array.of(-3n, 1n << 40n), [-3, 2 ** 40]],
    ['int32', Int32Array.of(-3, 16_777_217), [-3, 16_777_216]],
    ['int16', Int16Array.of(-32_768, 7), [-32_768, 7]],
    ['int8', Int8Array.of(-128, 127), [-128, 127]],
    ['uint64', BigUint64Array.of(1n, 1n << 63n), [1, 2 ** 63]],
    ['uint32', Uint32Array.of(1, 0xffffffff), [1, 2 ** 32]],
    ['uint16', Uint16Array.of(0, 65_535), [0, 65_535]],
    ['uint8', Uint8Array.of(0, 255), [0, 255]],
    ['bool', Uint8Array.of(0, 1), [0, 1]],
  ])('%s', async (type, numbers, expected) => {
    const weight = weightOf(type, numbers)
    expect([...(await readWeight(weight))]).toEqual(expected)
    expect([...(await readWeight(inFile(weight)))]).toEqual(expected)
  })

  test.each(['float8_e4m3fn', 'float6_e2m3', 'complex64'] as const)('but %s', async (type) => {
    const refused = { code: 'checkpoint-weight-type', facts: { type } }
    await expect(readWeight(weightOf(type, new Uint8Array(24)))).rejects.toMatchObject(refused)
  })

  test('bytes that begin anywhere in memory, as a Buffer does', async () => {
    const buffer = Buffer.from(Uint8Array.of(9, 0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0).buffer)
    const weight: Weight = {
      name: 'w',
      type: 'float32',
      shape: [2],
      data: { bytes: buffer.subarray(1) },
    }
    expect([...(await readWeight(weight))]).toEqual([1, -2.5])
    await expect(checkFinite([weight], readRange)).resolves.toBeUndefined()
  })

  test('all 65536 halves, against the formula of IEEE 754', async () => {
    const halves = Uint16Array.from({ length: 65_536 }, (_, half) => half)
    const numbers = await readWeight(weightOf('float16', halves))
    const different = [...halves].filter((half) => !Object.is(numbers[half], numberOf(half)))
    expect(different).toEqual([])
  })

  test('all 65536 bfloat16 numbers are the upper halves of float32', async () => {
    const halves = Uint16Array.from({ length: 65_536 }, (_, half) => half)
    const words = new Uint32Array((await readWeight(weightOf('bfloat16', halves))).buffer)
    expect([...halves].filter((half) => words[half] !== half * 65_536)).toEqual([])
  })

  test('the bytes of a file, and no more', async () => {
    const weight = inFile(weightOf('uint8', Uint8Array.of(1, 2, 3)))
    expect([...(await readWeightBytes(weight))]).toEqual([1, 2, 3])
  })
})

/** By the bits as text: sign, exponent, fraction. */
function numberOf(half: number): number {
  const bits = half.toString(2).padStart(16, '0')
  const sign = bits[0] === '1' ? -1 : 1
  const exponent = Number.parseInt(bits.slice(1, 6), 2)
  const fraction = Number.parseInt(bits.slice(6), 2)
  if (exponent === 31) return fraction > 0 ? Number.NaN : sign * Number.POSITIVE_INFINITY
  const mantissa = exponent === 0 ? fraction : 1024 + fraction
  return sign * mantissa * 2 ** (Math.max(exponent, 1) - 25)
}

describe('checkFinite', () => {
  const CHUNK = 4 << 20

  const floats = [
    ['float16', 2, [0x00, 0x7c], [0x01, 0xfc]],
    ['bfloat16', 2, [0x80, 0x7f], [0x81, 0xff]],
    ['float32', 4, [0, 0, 0x80, 0x7f], [1, 0, 0x80, 0xff]],
    ['float64', 8, [0, 0, 0, 0, 0, 0, 0xf0, 0x7f], [1, 0, 0, 0, 0, 0, 0xf0, 0xff]],
  ] as const

  test.each(floats)('%s: the element is named', async (type, width, infinity, nan) => {
    const border = CHUNK / width
    const length = 2 * border + 5
    for (const index of [0, 1, border - 1, border, 2 * border, length - 1]) {
      for (const bad of [infinity, nan]) {
        const bytes = new Uint8Array(length * width)
        bytes.set(bad, index * width)
        const weight: Weight = { name: 'encoder.w', type, shape: [length], data: { bytes } }
        for (const place of index === border ? [weight, inFile(weight)] : [weight]) {
          await expect(checkFinite([place], readRange)).rejects.toMatchObject({
            code: 'checkpoint-not-finite',
            message: expect.stringContaining(
              `weight encoder.w is NaN or infinite at element ${index};`,
            ),
            facts: { name: 'encoder.w', index },
          })
        }
      }
    }
  })

  test('the largest numbers are finite, and low words are no exponents', async () => {
    const weights = [
      weightOf('float16', Uint16Array.of(0x7bff, 0xfbff, 0x03ff)),
      weightOf('bfloat16', Uint16Array.of(0x7f7f, 0xff7f)),
      weightOf('float32', Uint32Array.of(0x7f7fffff, 0xff7fffff)),
      weightOf('float64', Uint32Array.of(0x7ff00000, 0x7fefffff, 0xffffffff, 0)),
    ]
    await expect(checkFinite(weights, readRange)).resolves.toBeUndefined()
  })

  test('integers are never NaN, and nothing is finite', async () => {
    const ones = new Uint8Array(16).fill(255)
    const types: readonly WeightType[] = ['int64', 'int32', 'int16', 'int8', 'uint8', 'bool']
    const weights = types.map((type) => weightOf(type, ones))
    await expect(checkFinite(weights, readRange)).resolves.toBeUndefined()
    await expect(
      checkFinite([weightOf('float32', new Float32Array())], readRange),
    ).resolves.toBeUndefined()
  })

  test('the first of several weights is named', async () => {
    const good = weightOf('float32', Float32Array.of(1))
    const bad = { ...weightOf('float32', Float32Array.of(1, Number.NaN)), name: 'second' }
    const worse = { ...bad, name: 'third' }
    await expect(checkFinite([good, bad, worse], readRange)).rejects.toThrow('weight second is')
  })
})
