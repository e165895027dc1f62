import { expect, test } from 'vitest'
import { addDims, formatShape, multiplyDims, sameShape, subtractDims } from './dim.ts'

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

test('sums of sizes have one spelling', () => {
  expect(addDims([2, 3])).toBe(5)
  expect(addDims(['P', 'P'])).toBe('2*P')
  expect(addDims(['P', 3, 'B*T', 4])).toBe(addDims(['B*T', 7, 'P']))
  expect(addDims([])).toBe(0)
  expect(subtractDims('2*P', 'P')).toBe('P')
  expect(subtractDims(addDims([512, 'T']), 'T')).toBe(512)
  expect(addDims([subtractDims(512, 'T'), 'T'])).toBe(512)
})

test('products distribute over sums', () => {
  expect(multiplyDims(['H', addDims(['P', 'Q'])])).toBe(
    addDims([multiplyDims(['H', 'P']), multiplyDims(['Q', 'H'])]),
  )
})
