import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FIXTURES, readJson } from '../../../test/support/shared.ts'
import { largestDifference } from '../../../test/support/vectors.ts'
import { principalComponents } from './principal-components.ts'

interface Golden {
  readonly vectors: readonly (readonly number[])[]
  readonly components: readonly (readonly number[])[]
  readonly explained: readonly number[]
}
const { vectors, components, explained } = readJson<Golden>(join(FIXTURES, 'distil/pca.json'))

const matrixOf = (rows: readonly (readonly number[])[]) => ({
  data: Float32Array.from(rows.flat()),
  rows: rows.length,
  dimensions: rows[0]?.length ?? 0,
})

test('are those of scikit-learn, sign included', async () => {
  const found = await principalComponents(matrixOf(vectors), components.length)
  expect(largestDifference(found.components.data, components.flat())).toBeLessThan(1e-6)
  expect(largestDifference(found.explained, explained)).toBeLessThan(1e-9)
})

test('all of them are an orthonormal basis', async () => {
  const { components: basis, explained: shares } = await principalComponents(matrixOf(vectors), 6)
  for (let i = 0; i < 6; i += 1) {
    for (let j = 0; j < 6; j += 1) {
      const dot = [...Array(6).keys()].reduce(
        (sum, k) => sum + (basis.data[i * 6 + k] ?? 0) * (basis.data[j * 6 + k] ?? 0),
        0,
      )
      expect(dot).toBeCloseTo(i === j ? 1 : 0, 6)
    }
  }
  expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
})

test.each([0, 7, 1.5])('%s of six components are refused', async (count) => {
  await expect(principalComponents(matrixOf(vectors), count)).rejects.toThrow(/1 to 6 principal/)
})

test('there must be more vectors than components', async () => {
  const few = matrixOf(vectors.slice(0, 3))
  await expect(principalComponents(few, 3)).rejects.toThrow(/1 to 2 principal/)
})
