import { expect, test } from 'vitest'
import { BestScores } from './best-scores.ts'

/** Scores of few different values, so that many are equal. */
const OFFERS = Array.from({ length: 500 }, (_, id) => ({ id, score: ((id * 7919) % 32) / 32 }))

function bestOf(offers: typeof OFFERS, capacity: number): number[] {
  const sorted = offers.toSorted((a, b) => b.score - a.score || a.id - b.id)
  return sorted.slice(0, capacity).map(({ id }) => id)
}

test.each([1, 2, 3, 10, 100, 499, 500, 700])('the best %i, whatever the order', (capacity) => {
  for (const offers of [
    OFFERS,
    OFFERS.toReversed(),
    OFFERS.toSorted((a, b) => a.score - b.score),
  ]) {
    const best = new BestScores(2, capacity)
    for (const { id, score } of offers) {
      if (score >= (best.floors[1] ?? 0)) best.add(1, score, id)
    }
    expect(best.entries(1).map(({ id }) => id)).toEqual(bestOf(OFFERS, capacity))
    expect(best.entries(0)).toEqual([])
    expect(best.has(1, bestOf(OFFERS, 1)[0] ?? -1)).toBe(true)
    expect(best.has(1, 1000)).toBe(false)
  }
})

test('a floor stays until the list is full', () => {
  const best = new BestScores(1, 2, 0.5)
  best.add(0, 0.75, 1)
  expect(best.floors[0]).toBe(0.5)
  best.add(0, 0.625, 2)
  expect(best.floors[0]).toBe(0.625)
})
