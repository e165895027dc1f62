import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compileKernels } from '../../../scripts/compile-kernels.mjs'
import { Memory } from '../../web-assembly/index.ts'
import { createKernels } from './kernels.ts'

const memory = new Memory({ initial: 1, maximum: 1 })
const kernels = createKernels(memory)

/** Views at offsets that are no multiple of a vector, filled with numbers of both signs. */
function ranges(count: number): readonly Float32Array[] {
  return [0, 1, 2, 3].map((i) => {
    const range = new Float32Array(memory.buffer, 68 + i * 4096, count)
    for (let j = 0; j < count; j += 1) range[j] = Math.sin(i * 7 + j * 3) + 0.01
    return range
  })
}

test('the committed kernels are what their source compiles to', async () => {
  const committed = readFileSync(join(import.meta.dirname, 'generated/kernels.ts'), 'utf8')
  expect(committed).toBe(await compileKernels('optimizer.ts'))
})

describe.each([0, 1, 2, 3, 4, 5, 7, 8, 11, 16, 37])('over %i numbers', (count) => {
  test('sumOfSquares adds up in float64', () => {
    const [x = new Float32Array()] = ranges(count)
    const expected = x.reduce((sum, value) => sum + value * value, 0)
    expect(kernels.sumOfSquares(x.byteOffset, count)).toBeCloseTo(expected, 13)
  })

  test('add, scale and moveTowards do as told, and touch nothing beyond', () => {
    const [a = new Float32Array(), b = new Float32Array()] = ranges(count)
    const beyond = new Float32Array(memory.buffer, a.byteOffset + count * 4, 1)
    beyond[0] = 42
    const added = a.map((value, i) => Math.fround(value + (b[i] ?? 0)))
    kernels.add(a.byteOffset, b.byteOffset, count)
    expect(a).toEqual(added)
    kernels.scale(a.byteOffset, count, 0.75)
    expect(a).toEqual(added.map((value) => value * 0.75))
    const moved = a.map((value, i) => value + Math.fround(0.25 * Math.fround((b[i] ?? 0) - value)))
    kernels.moveTowards(a.byteOffset, b.byteOffset, count, 0.25)
    expect(a).toEqual(moved)
    expect(beyond[0]).toBe(42)
  })

  test('adamw gives the same numbers wherever its range begins and ends', () => {
    const settings = [0.5, 0.9, 0.125, 0.75, 0.25, 1.5, 1e-8, -0.01] as const
    const update = (at: readonly Float32Array[], start: number, length: number) => {
      const [p = 0, g = 0, m = 0, v = 0] = at.map((range) => range.byteOffset + start * 4)
      kernels.adamw(p, g, m, v, length, ...settings)
    }
    const positive = () => {
      const all = ranges(count)
      all[3]?.set(all[3].map(Math.abs))
      return all
    }
    const whole = positive()
    update(whole, 0, count)
    const expected = whole.map((range) => range.slice())
    const single = positive()
    for (let i = 0; i < count; i += 1) update(single, i, 1)
    expect(single).toEqual(expected)
  })
})

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'sumOfSquares of numbers with a %d among them is not finite',
  (value) => {
    const [x = new Float32Array()] = ranges(37)
    for (const index of [0, 5, 36]) {
      ranges(37)
      x[index] = value
      expect(Number.isFinite(kernels.sumOfSquares(x.byteOffset, 37))).toBe(false)
    }
  },
)

test('sumOfSquares of the largest numbers is finite', () => {
  const [x = new Float32Array()] = ranges(37)
  x.fill(3.4e38)
  expect(Number.isFinite(kernels.sumOfSquares(x.byteOffset, 37))).toBe(true)
})

test('moments that no gradient feeds end as 0, not as denormal numbers', () => {
  const [p, g, m, v] = ranges(7) as [Float32Array, Float32Array, Float32Array, Float32Array]
  g.fill(0)
  v.fill(1e-9)
  for (let step = 0; step < 2000; step += 1) {
    const offsets = [p.byteOffset, g.byteOffset, m.byteOffset, v.byteOffset] as const
    kernels.adamw(...offsets, 7, 1, 1, 0.1, 0.9, 0.1, 1, 1e-8, -1e-3)
  }
  expect([...m, ...v]).toEqual(new Array(14).fill(0))
})
