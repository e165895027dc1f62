import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { planFor, withScalingTables } from '../scripts/scaling-tables.mjs'

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8')

test('the plan says what the measured rate makes of it (scripts/scaling-tables.mjs)', () => {
  const document = read('docs/scaling.md')
  expect(withScalingTables(document, JSON.parse(read('bench/results.json')))).toBe(document)
})

test('work grows with sentences and shrinks with the rate; storage by hand', () => {
  const [one, ten] = [1e6, 1e7].map((rows) => planFor(rows, { rate: 100, lost: 0 }))
  expect(ten?.coreHours).toBeCloseTo(10 * (one?.coreHours ?? 0), 6)
  expect(planFor(1e6, { rate: 200, lost: 0 }).coreHours).toBeCloseTo((one?.coreHours ?? 0) / 2, 6)
  // 10,000 seconds of two cores.
  expect(one?.coreHours).toBeCloseTo((1e4 * 2) / 3600, 6)
  expect(one?.storage).toEqual({ float32: 1.536e9, int8: 0.384e9, binary: 0.048e9 })
})
