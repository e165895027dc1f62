import { describe, expect, test } from 'vitest'
import { formBatches } from './batching.ts'

/** Lengths 1 to 60, in an order without pattern, always the same. */
const LENGTHS = Array.from({ length: 500 }, (_, i) => 1 + ((i * 7919) % 60))
const anyRows = Number.MAX_SAFE_INTEGER

const width = (batch: readonly number[]) => Math.max(...batch.map((i) => LENGTHS[i] ?? 0))

describe('batches', () => {
  const batches = formBatches(LENGTHS, { tokens: 300, rows: anyRows })

  test('hold every text once', () => {
    expect(batches.flat().sort((a, b) => a - b)).toEqual(LENGTHS.map((_, i) => i))
  })

  test('stay within the token budget, padding included', () => {
    for (const batch of batches) expect(batch.length * width(batch)).toBeLessThanOrEqual(300)
  })

  test('have little padding', () => {
    const computed = batches.reduce((sum, batch) => sum + batch.length * width(batch), 0)
    const tokens = LENGTHS.reduce((sum, length) => sum + length, 0)
    expect(computed / tokens - 1).toBeLessThan(0.05)
  })

  test('come longest first', () => {
    expect(batches.map(width)).toEqual(batches.map(width).toSorted((a, b) => b - a))
  })
})

test('no more texts than allowed', () => {
  const sizes = formBatches(LENGTHS, { tokens: 10_000, rows: 16 }).map((batch) => batch.length)
  expect(Math.max(...sizes)).toBe(16)
})

test('a text much shorter than the others is not filled up to their length', () => {
  const limits = { tokens: 10_000, rows: anyRows }
  expect(formBatches([100, 10, 99, 11], limits)).toEqual([
    [0, 2],
    [3, 1],
  ])
})

test('a text longer than the budget is a batch of its own', () => {
  expect(formBatches([5, 900, 6], { tokens: 100, rows: anyRows })).toEqual([[1], [2, 0]])
})

test('nothing gives no batches', () => {
  expect(formBatches([], { tokens: 100, rows: anyRows })).toEqual([])
})
