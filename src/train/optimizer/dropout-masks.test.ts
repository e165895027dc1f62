import { describe, expect, test } from 'vitest'
import { DropoutMasks, type MaskOptions } from './index.ts'

/** One block of Philox4x32-10, as the paper (Salmon et al. 2011) writes it. */
function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [c0 = 0n, c1 = 0n, c2 = 0n, c3 = 0n] = counter.map(BigInt)
  let [k0 = 0n, k1 = 0n] = key.map(BigInt)
  const word = 0xffffffffn
  for (let round = 0; round < 10; round += 1) {
    const product0 = 0xd2511f53n * c0
    const product1 = 0xcd9e8d57n * c2
    c0 = (product1 >> 32n) ^ c1 ^ k0
    c1 = product1 & word
    c2 = (product0 >> 32n) ^ c3 ^ k1
    c3 = product0 & word
    k0 = (k0 + 0x9e3779b9n) & word
    k1 = (k1 + 0xbb67ae85n) & word
  }
  return [c0, c1, c2, c3].map(Number)
}

function expectedMask(length: number, key: readonly number[], options: MaskOptions): number[] {
  return Array.from({ length }, (_, i) => {
    const r = i % 32
    const block = Math.floor(i / 32) * 4 + ((r & 7) >> 1)
    const word = philox([block, options.step, options.site, 0], key)[r >> 3] ?? 0
    const half = (r & 1) === 0 ? word & 0xffff : word >>> 16
    return half >= Math.round(options.probability * 65536) ? 1 : 0
  })
}

function maskOf(seed: number, length: number, options: MaskOptions): Uint8Array {
  const mask = new Uint8Array(length).fill(9)
  new DropoutMasks(seed).fill(mask, options)
  return mask
}

describe('against Philox', () => {
  // Known answers of Random123 1.14, tests/kat_vectors, philox4x32 10.
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('the blocks expected here are right', (counter, key, words) => {
    expect(philox(counter, key)).toEqual(words)
  })

  test.each([
    { step: 0, site: 0, probability: 0.5 },
    { step: 0xfffffffe, site: 7, probability: 0.1 },
    { step: 3, site: 0xffffffff, probability: 0.9 },
  ])('masks are made of its numbers: %o', (options) => {
    const mask = maskOf(0x12345678 + 5 * 2 ** 32, 1003, options)
    expect([...mask]).toEqual(expectedMask(1003, [0x12345678, 5], options))
  })
})

test('a mask does not depend on those made before, nor a part on what follows', () => {
  const masks = new DropoutMasks(42)
  const options = { step: 5, site: 2, probability: 0.3 }
  masks.fill(new Uint8Array(100_000), { step: 9, site: 1, probability: 0.8 })
  const short = new Uint8Array(70_001)
  masks.fill(short, options)
  expect(maskOf(42, 150_000, options).subarray(0, 70_001)).toEqual(short)
})

test('seed, step and site each give another mask', () => {
  const options = { step: 1, site: 1, probability: 0.5 }
  const variants = [
    maskOf(1, 256, options),
    maskOf(2, 256, options),
    maskOf(1 + 2 ** 32, 256, options),
    maskOf(1, 256, { ...options, step: 2 }),
    maskOf(1, 256, { ...options, site: 2 }),
  ]
  expect(new Set(variants.map(String)).size).toBe(variants.length)
})

test.each([0, 0.1, 0.5, 0.9])(
  'drops a share of %d, and neighbours independently',
  (probability) => {
    const length = 1_000_000
    const mask = maskOf(7, length, { step: 1, site: 3, probability })
    const dropped = mask.reduce((count, kept) => count + 1 - kept, 0)
    const pairs = mask.reduce(
      (count, kept, i) => count + (kept + (mask[i + 1] ?? 1) === 0 ? 1 : 0),
      0,
    )
    const deviations = (share: number) => 5 * Math.sqrt((share * (1 - share)) / length) + 1e-5
    expect(Math.abs(dropped / length - probability)).toBeLessThan(deviations(probability))
    expect(Math.abs(pairs / length - probability ** 2)).toBeLessThan(
      2 * deviations(probability ** 2),
    )
  },
)

test.each([
  [1.5, { step: 0, site: 0, probability: 0.1 }],
  [-1, { step: 0, site: 0, probability: 0.1 }],
  [1, { step: -1, site: 0, probability: 0.1 }],
  [1, { step: 0, site: 2 ** 32, probability: 0.1 }],
  [1, { step: 0, site: 0, probability: 1 }],
  [1, { step: 0, site: 0, probability: Number.NaN }],
])('refuses seed %d with %o', (seed, options) => {
  expect(() => maskOf(seed, 8, options)).toThrow(/of dropout must be/)
})
