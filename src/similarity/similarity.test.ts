import { describe, expect, test } from 'vitest'
import { SIMILARITY_NAMES } from '../checkpoint/index.ts'
import { allPairsSimilarity, pairwiseSimilarity, similarityOf } from './similarity.ts'

const a = Float32Array.of(3, 4, 0)
const b = Float32Array.of(0, 4, 3)

test('the four formulas', () => {
  expect(similarityOf('dot', a, b)).toBe(16)
  expect(similarityOf('cosine', a, b)).toBeCloseTo(16 / 25, 12)
  expect(similarityOf('euclidean', a, b)).toBeCloseTo(-Math.sqrt(18), 12)
  expect(similarityOf('manhattan', a, b)).toBe(-6)
})

test('a vector of zeros is like nothing', () => {
  expect(similarityOf('cosine', a, new Float32Array(3))).toBe(0)
})

/** [rows, dimensions] of seeded numbers from -1 to 1. */
function matrix(rows: number, dimensions: number, seed: number) {
  const data = Float32Array.from({ length: rows * dimensions }, (_, i) => {
    return (((i + seed) * 7919) % 2003) / 1001.5 - 1
  })
  return { data, rows, dimensions }
}

describe.each(SIMILARITY_NAMES)('%s of matrices', (name) => {
  const left = matrix(23, 7, 1)
  const right = matrix(150, 7, 500)
  const expected = (row: number, column: number) =>
    similarityOf(
      name,
      left.data.subarray(row * 7, row * 7 + 7),
      right.data.subarray(column * 7, column * 7 + 7),
    )

  test('all pairs, whatever the block', () => {
    for (const blockRows of [1, 10, 23, 100]) {
      let next = 0
      for (const { start, rows, scores } of allPairsSimilarity(name, [left, right], blockRows)) {
        expect(start).toBe(next)
        expect(scores).toHaveLength(rows * 150)
        scores.forEach((score, i) => {
          expect(score).toBeCloseTo(expected(start + Math.floor(i / 150), i % 150), 5)
        })
        next += rows
      }
      expect(next).toBe(23)
    }
  })

  test('row by row', () => {
    const first = { data: right.data.slice(0, 23 * 7), rows: 23, dimensions: 7 }
    const scores = pairwiseSimilarity(name, left, first)
    expect(scores).toHaveLength(23)
    scores.forEach((score, row) => {
      expect(score).toBe(expected(row, row))
    })
  })
})

test('vectors of different models are refused', () => {
  expect(() => similarityOf('dot', a, new Float32Array(4))).toThrow('have 3 and 4')
  expect(() => pairwiseSimilarity('dot', matrix(2, 3, 0), matrix(3, 3, 0))).toThrow('got 2 and 3')
  expect(() => [...allPairsSimilarity('dot', [matrix(2, 3, 0), matrix(2, 4, 0)])]).toThrow(
    'have 3 and 4',
  )
})
