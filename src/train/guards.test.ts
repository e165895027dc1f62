import { expect, test } from 'vitest'
import { embeddingSpread, TrainingGuards } from './guards.ts'

const GOOD = { loss: 1, gradientNorm: 2, spread: 0.3 }

/** Checks one step after the other. */
function check(...steps: readonly Partial<typeof GOOD>[]): void {
  const guards = new TrainingGuards()
  for (const [step, result] of steps.entries()) guards.check(step, { ...GOOD, ...result })
}
const times = (count: number, step: Partial<typeof GOOD>) =>
  Array.from({ length: count }, () => step)

test('an ordinary run passes', () => {
  check(...times(200, {}), { loss: 15 }, { spread: 1e-6 }, {}, { loss: 0.001 })
})

test.each([
  ['a loss that is no number', [{ loss: Number.NaN }], 'train-not-finite'],
  ['an infinite gradient', [{}, { gradientNorm: Number.POSITIVE_INFINITY }], 'train-not-finite'],
  ['a loss that explodes', [...times(50, {}), { loss: 21 }], 'train-exploded'],
  ['embeddings that collapse', times(20, { spread: 1e-6 }), 'train-collapsed'],
])('%s is not', (_, steps, code) => {
  expect(() => check(...steps)).toThrow(expect.objectContaining({ code }))
})

test('a loss near 0 may grow many times over', () => {
  check(...times(50, { loss: 0.001 }), { loss: 0.5 })
})

test('collapsed steps must follow each other', () => {
  check(...times(19, { spread: 0 }), {}, ...times(19, { spread: 0 }))
})

test('the spread of embeddings is 1 minus their mean cosine', () => {
  // Cosines of (1,0), (0,2) and (1,1): 0, 0.7071 and 0.7071.
  const spread = embeddingSpread(Float32Array.of(1, 0, 0, 2, 1, 1), 3)
  expect(spread).toBeCloseTo(1 - (2 * Math.SQRT1_2) / 3, 6)
  expect(embeddingSpread(Float32Array.of(1, 2, 2, 4), 2)).toBeCloseTo(0, 6)
  expect(embeddingSpread(Float32Array.of(1, 2), 1)).toBe(1)
})
