import { expect, test } from 'vitest'
import { agreementOf, scoreAgreementOf } from './agreement.ts'

function matrix(rows: readonly (readonly number[])[]) {
  const dimensions = rows[0]?.length ?? 0
  return { data: Float32Array.from(rows.flat()), rows: rows.length, dimensions }
}

const TEACHER = matrix([
  [1, 0, 0],
  [0.8, 0.6, 0],
  [0, 0.2, 1],
  [-1, 0.5, 0.3],
])

test('a student like its teacher agrees wholly, whatever the lengths of its vectors', () => {
  const student = { ...TEACHER, data: TEACHER.data.map((x) => 3 * x) }
  const { agreement, cosine } = agreementOf(student, TEACHER)
  expect(agreement).toBeCloseTo(100, 10)
  expect(cosine).toBeCloseTo(100, 4)
})

test('a turned space keeps the agreement and loses the cosine', () => {
  const turned = matrix([
    [0, 1, 0],
    [0, 0.8, 0.6],
    [1, 0, 0.2],
    [0.3, -1, 0.5],
  ])
  const { agreement, cosine } = agreementOf(turned, TEACHER)
  expect(agreement).toBeCloseTo(100, 10)
  expect(cosine).toBeLessThan(60)
})

test('a student of another width has no cosine to its teacher', () => {
  const student = matrix([
    [1, 0],
    [0.9, 0.1],
    [0, 1],
    [-1, 0.4],
  ])
  const { agreement, cosine } = agreementOf(student, TEACHER)
  expect(agreement).toBeGreaterThan(50)
  expect(cosine).toBeUndefined()
})

test('a collapsed student agrees with nobody', () => {
  const student = matrix([
    [1, 1],
    [1, 1],
    [2, 2],
    [1, 1],
  ])
  const { agreement, spread } = agreementOf(student, TEACHER)
  expect(agreement).toBeUndefined()
  expect(spread).toBeCloseTo(0, 6)
})

test('a student agrees with scores by how it ranks the pairs that are scored', () => {
  // Two queries, then the first candidate of each, then the second.
  const student = matrix([
    [1, 0],
    [0, 2],
    [1, 0.5],
    [1, 1],
    [1, 0.2],
    [1, 0.1],
  ])
  const cosines = [0.894, 0.981, 0.71, 0.0995]
  const agreementWith = (scores: readonly number[]) =>
    scoreAgreementOf(student, Float32Array.from(scores), 2)
  const { agreement, cosine, spread } = agreementWith(cosines.map((x) => 50 * x ** 3 - 7))
  expect(agreement).toBeCloseTo(100, 10)
  expect(cosine).toBeUndefined()
  expect(spread).toBeGreaterThan(0.1)
  expect(agreementWith(cosines.map((x) => -x)).agreement).toBeCloseTo(-100, 10)
})
