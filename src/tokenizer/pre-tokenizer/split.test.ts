import { describe, expect, it } from 'vitest'
import { findAll } from '../text/regex.ts'
import { SPLIT_BEHAVIORS, splitAt } from './split.ts'

describe('splitAt', () => {
  const text = '-ab-c--d'
  const expected = {
    Removed: ['ab', 'c', 'd'],
    Isolated: ['-', 'ab', '-', 'c', '-', '-', 'd'],
    MergedWithPrevious: ['-', 'ab-', 'c-', '-', 'd'],
    MergedWithNext: ['-ab', '-c', '-', '-d'],
    Contiguous: ['-', 'ab', '-', 'c', '--', 'd'],
  }

  it.each(SPLIT_BEHAVIORS)('%s', (behavior) => {
    expect(splitAt(text, findAll(/-/gu), { behavior, invert: false })).toEqual(expected[behavior])
  })

  it('inverted, takes what lies between for the matches', () => {
    const options = { behavior: 'Removed', invert: true } as const
    expect(splitAt(text, findAll(/[a-z]+/gu), options)).toEqual(['ab', 'c', 'd'])
  })

  it('never gives an empty word', () => {
    expect(splitAt('', findAll(/x*/gu), { behavior: 'Isolated', invert: false })).toEqual([])
    expect(splitAt('--', findAll(/-/gu), { behavior: 'Removed', invert: false })).toEqual([])
  })
})
