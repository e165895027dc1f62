import { expect, test } from 'vitest'
import { toHalves } from '../checkpoint/float16.ts'
import { WeightMemory } from './eight-bit-weight.ts'

const WEIGHT = Float32Array.from([0.5, -1, 0.25, 0, 0, 0, -3, 2, 1])
const SHAPE = [3, 3] as const

function bytesOf({ buffer }: { readonly buffer: ArrayBuffer }) {
  return new Uint8Array(buffer)
}

function quantized(weight: Float32Array<ArrayBuffer>, shape: readonly [number, number]) {
  const memory = new WeightMemory()
  memory.load(bytesOf(weight), 'float32', shape)
  return memory.quantize()
}

/** Values between -1 and 1 without a pattern in rows or columns. */
function wave(length: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, (_, i) => Math.sin(i * i * 0.7 + 1))
}

test.each([
  ['a few columns', 3, 3],
  ['vectors alone', 64, 48],
  ['vectors and a rest', 37, 61],
])('quantized values are the transposed weight, to half a step: %s', (_, outputs, inputs) => {
  const weight = wave(outputs * inputs)
  const { values, scale } = quantized(weight, [outputs, inputs])
  const signed = new Int8Array(values.buffer)
  let worst = 0
  for (let output = 0; output < outputs; output += 1) {
    const step = scale[output] ?? 0
    for (let input = 0; input < inputs; input += 1) {
      const value = (signed[input * outputs + output] ?? 0) * step
      const error = Math.abs(value - (weight[output * inputs + input] ?? 0))
      worst = Math.max(worst, error / step)
    }
  }
  expect(worst).toBeGreaterThan(0.3)
  expect(worst).toBeLessThanOrEqual(0.5 + 1e-4)
})

test('the largest value of each row is ±127, and a row of zeros stays one', () => {
  const { values, scale } = quantized(WEIGHT, SHAPE)
  const signed = new Int8Array(values.buffer)
  expect([signed[3], signed[2]]).toEqual([-127, -127])
  expect([signed[1], signed[4], signed[7]]).toEqual([0, 0, 0])
  expect([...scale]).toEqual([1 / 127, 1, 3 / 127].map(Math.fround))
})

test('factors are those of the columns', () => {
  const factors = Float32Array.from([2, 1, 4])
  const memory = new WeightMemory()
  memory.load(bytesOf(WEIGHT), 'float32', SHAPE)
  const multiplied = WEIGHT.map((value, i) => value * (factors[i % 3] ?? 1))
  expect(memory.quantize(factors)).toEqual(quantized(multiplied, SHAPE))
})

test('the absmax of each column', () => {
  const memory = new WeightMemory()
  memory.load(bytesOf(wave(5 * 7)), 'float32', [5, 7])
  const expected = Array.from({ length: 7 }, (_, column) =>
    Math.max(
      ...wave(35)
        .filter((_, i) => i % 7 === column)
        .map(Math.abs),
    ),
  )
  expect([...memory.columnAbsmax()]).toEqual(expected)
})

test('halves are what they stand for, the smallest included, and a larger weight may follow', () => {
  const halves = toHalves(Float32Array.from([...wave(13), 2 ** -24, -(2 ** -15), 65504, 0]))
  const memory = new WeightMemory()
  memory.load(bytesOf(halves), 'float16', [17, 1])
  const { scale } = memory.quantize()
  const floats = [...toHalves(scale.map((step) => step * 127))]
  expect(floats.slice(0, 16)).toEqual([...halves].slice(0, 16).map((half) => half & 0x7fff))
  expect(scale[16]).toBe(1)
  const large = wave(300 * 200)
  memory.load(bytesOf(large), 'float32', [300, 200])
  expect(memory.quantize()).toEqual(quantized(large, [300, 200]))
})
