import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FIXTURES, readJson } from '../../../test/support/shared.ts'
import { createSchedule, SCHEDULES, type ScheduleName } from './index.ts'

interface Golden {
  readonly name: ScheduleName
  readonly steps: number
  readonly warmup: number
  readonly factors: readonly number[]
}

describe('against transformers', () => {
  const golden = readJson<readonly Golden[]>(join(FIXTURES, 'optimizer/schedules.json'))

  test.each(golden)(
    '$name, $steps steps, $warmup of warm-up',
    ({ name, steps, warmup, factors }) => {
      const schedule = createSchedule(name, { steps, warmup: { steps: warmup } })
      factors.forEach((factor, step) => {
        expect(schedule(step)).toBeCloseTo(factor, 14)
      })
    },
  )
})

test('a share of warm-up is rounded up to whole steps', () => {
  const schedule = createSchedule('constant', { steps: 25, warmup: { share: 0.1 } })
  expect([0, 1, 2, 3].map(schedule)).toEqual([0, 1 / 3, 2 / 3, 1])
})

test.each(SCHEDULES)('%s never passes 0 to 1, however long one trains', (name) => {
  const schedule = createSchedule(name, { steps: 9, warmup: { steps: 2 } })
  for (let step = 0; step < 30; step += 1) {
    expect(schedule(step)).toBeGreaterThanOrEqual(0)
    expect(schedule(step)).toBeLessThanOrEqual(1)
  }
})

test('without a warm-up training begins at the full rate', () => {
  expect(createSchedule('linear', { steps: 4 })(0)).toBe(1)
})

test.each([{ steps: -1 }, { steps: 2.5 }, { steps: 10, warmup: { steps: Number.NaN } }])(
  'refuses %o',
  (options) => {
    expect(() => createSchedule('linear', options)).toThrow(/whole number from 0/)
  },
)

test('refuses a share above 1', () => {
  const options = { steps: 10, warmup: { share: 10 } }
  expect(() => createSchedule('linear', options)).toThrow(/from 0 to 1, but is 10/)
})
