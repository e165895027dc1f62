import { expect, test } from 'vitest'
import { shortNumber, vectorBase64, vectorJson } from './vector-text.ts'

/** Numbers of every size a float32 has, both signs. */
const NUMBERS = Float32Array.from({ length: 20_000 }, (_, i) => {
  return Math.sin(i + 0.5) * 10 ** ((i % 76) - 38)
})

test('a short number is the same float32', () => {
  for (const value of NUMBERS) expect(Math.fround(shortNumber(value))).toBe(value)
})

test('a short number has nine digits at most', () => {
  for (const value of NUMBERS) {
    const [digits = ''] = shortNumber(value).toExponential().split('e')
    expect(digits.replace(/[-.]/g, '').length).toBeLessThanOrEqual(9)
  }
})

test('JSON and base64 hold the same numbers', () => {
  const bytes = Buffer.from(vectorBase64(NUMBERS), 'base64')
  const fromBytes = new Float32Array(Uint8Array.from(bytes).buffer)
  expect(fromBytes).toEqual(NUMBERS)
  expect(Float32Array.from(JSON.parse(vectorJson(NUMBERS)))).toEqual(NUMBERS)
})
