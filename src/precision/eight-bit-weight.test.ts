import { expect, test } from 'vitest'
import { eightBitWeight } from './eight-bit-weight.ts'

const WEIGHT = Float32Array.from([0.5, -1, 0.25, 0, 0, 0, -3, 2, 1])
const SHAPE = [3, 3] as const

test('codes stand for the weight turned round, to half a step', () => {
  const { codes, scale } = eightBitWeight(WEIGHT, SHAPE)
  for (let output = 0; output < 3; output += 1) {
    for (let input = 0; input < 3; input += 1) {
      const number = (codes[input * 3 + output] ?? 0) * (scale[output] ?? 0)
      const error = Math.abs(number - (WEIGHT[output * 3 + input] ?? 0))
      expect(error).toBeLessThanOrEqual((scale[output] ?? 0) / 2 + 1e-7)
    }
  }
})

test('the largest number of each row is ±127, and a row of zeros stays one', () => {
  const { codes, scale } = eightBitWeight(WEIGHT, SHAPE)
  expect([codes[3], codes[2]]).toEqual([-127, -127])
  expect([codes[1], codes[4], codes[7]]).toEqual([0, 0, 0])
  expect([...scale].every((step) => step > 0)).toBe(true)
})

test('factors are those of the columns', () => {
  const factors = Float32Array.from([2, 1, 4])
  const multiplied = WEIGHT.map((value, i) => value * (factors[i % 3] ?? 1))
  expect(eightBitWeight(WEIGHT, SHAPE, factors)).toEqual(eightBitWeight(multiplied, SHAPE))
})
