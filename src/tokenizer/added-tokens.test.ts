import { describe, expect, it } from 'vitest'
import { AddedTokens } from './added-tokens.ts'

const plain = {
  singleWord: false,
  leftStrip: false,
  rightStrip: false,
  normalized: false,
  special: true,
}

describe('AddedTokens', () => {
  it('finds the longest token at the leftmost position', () => {
    const tokens = new AddedTokens([
      { ...plain, id: 1, content: '<a>' },
      { ...plain, id: 2, content: '<a><b>' },
    ])
    expect(tokens.split('x<a><a><b>y')).toEqual(['x', 1, 2, 'y'])
    expect(tokens.split('<a')).toEqual(['<a'])
    expect(tokens.split('')).toEqual([])
  })

  it('takes white space with it where it strips', () => {
    const tokens = new AddedTokens([
      { ...plain, id: 1, content: '<l>', leftStrip: true },
      { ...plain, id: 2, content: '<r>', rightStrip: true },
    ])
    expect(tokens.split('x \u3000<l> y')).toEqual(['x', 1, ' y'])
    expect(tokens.split('x <r> \n y')).toEqual(['x ', 2, 'y'])
    expect(tokens.split('<r>  <l>')).toEqual([2, 1])
  })

  it('finds a single word only where no word character touches it', () => {
    const tokens = new AddedTokens([{ ...plain, id: 1, content: 'ab', singleWord: true }])
    expect(tokens.split('ab, cab abc 我ab \u{20bb7}ab (ab)')).toEqual([
      1,
      ', cab abc 我ab \u{20bb7}ab (',
      1,
      ')',
    ])
  })
})
