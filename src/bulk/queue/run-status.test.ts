import { expect, test } from 'vitest'
import { pace } from './run-status.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND

test('rows a second since the first began', () => {
  const intervals = [
    { rows: 100, from: 0, to: 10 * SECOND },
    { rows: 300, from: 0, to: 20 * SECOND },
  ]
  expect(pace(intervals, 20 * SECOND, HOUR)).toBe(20)
})

test('two workers are twice as fast as one', () => {
  const one = [{ rows: 50, from: 0, to: 10 * SECOND }]
  expect(pace([...one, ...one], 10 * SECOND, HOUR)).toBe(2 * pace(one, 10 * SECOND, HOUR))
})

test('what was before the window does not count, and of what reaches into it a part', () => {
  const old = { rows: 1_000_000, from: 0, to: HOUR }
  const half = { rows: 80, from: 10 * HOUR - 20 * SECOND, to: 10 * HOUR }
  expect(pace([old, half], 10 * HOUR, 10 * SECOND)).toBeCloseTo(4, 10)
})

test('a night without workers is forgotten after a window', () => {
  const evening = { rows: 1000, from: 0, to: HOUR }
  const morning = { rows: 600, from: 9 * HOUR, to: 9 * HOUR + 60 * SECOND }
  const now = 9 * HOUR + 60 * SECOND
  expect(pace([evening, morning], now, 60 * SECOND)).toBeCloseTo(10, 10)
})

test('nothing has no pace', () => {
  expect(pace([], 5, 10)).toBe(0)
  expect(pace([{ rows: 0, from: 5, to: 5 }], 5, 10)).toBe(0)
})
