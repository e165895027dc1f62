import { expect, test } from 'vitest'
import { formatShape, multiplyDims, sameShape } from './dim.ts'

test('products of sizes have one spelling', () => {
  expect(multiplyDims([2, 3, 4])).toBe(24)
  expect(multiplyDims(['T', 'B'])).toBe('B*T')
  expect(multiplyDims(['B*T', 12])).toBe('12*B*T')
  expect(multiplyDims([3, 'B', 4, 'T'])).toBe(multiplyDims(['T', 12, 'B']))
  expect(multiplyDims(['B', 0])).toBe(0)
  expect(multiplyDims([])).toBe(1)
})

test('shapes are compared name for name', () => {
  expect(sameShape(['B', 3], ['B', 3])).toBe(true)
  expect(sameShape(['B', 3], ['T', 3])).toBe(false)
  expect(sameShape(['B'], ['B', 1])).toBe(false)
  expect(formatShape(['B', 'T', 384])).toBe('[B,T,384]')
})
