import { describe, expect, test } from 'vitest'
import { Random } from './random.ts'

test('the numbers of the reference implementation in C', () => {
  const random = new Random([1, 2, 3, 4])
  const first = Array.from({ length: 8 }, () => random.next())
  expect(first).toEqual([
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849,
  ])
  for (let i = 0; i < 999_999; i += 1) random.next()
  expect(random.next()).toBe(378443428)
})

describe('streams', () => {
  const numbers = (...key: readonly number[]) => {
    const random = Random.of(...key)
    return Array.from({ length: 4 }, () => random.next())
  }

  test('the same key gives the same numbers', () => {
    expect(numbers(7, 1, 2)).toEqual(numbers(7, 1, 2))
  })

  test('every part of the key counts, and its position', () => {
    const keys = [
      [7, 1, 2],
      [7, 2, 1],
      [8, 1, 2],
      [7, 1, 3],
      [7, 1],
      [7 + 2 ** 32, 1, 2],
      [0],
      [0, 0],
    ]
    const all = keys.flatMap((key) => numbers(...key))
    expect(new Set(all).size).toBe(4 * keys.length)
  })
})

test('fractions are spread evenly', () => {
  const random = Random.of(3)
  const counts = new Array<number>(10).fill(0)
  for (let i = 0; i < 100_000; i += 1) {
    const tenth = random.below(10)
    counts[tenth] = (counts[tenth] ?? 0) + 1
  }
  // The standard deviation of each count is 95.
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(475)
})

test('all orders of three are equally likely', () => {
  const random = Random.of(5)
  const counts = new Map<string, number>()
  for (let i = 0; i < 60_000; i += 1) {
    const numbers = Uint32Array.of(0, 1, 2)
    random.shuffle(numbers)
    counts.set(numbers.join(), (counts.get(numbers.join()) ?? 0) + 1)
  }
  expect(counts.size).toBe(6)
  // The standard deviation of each count is 91.
  for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(455)
})
