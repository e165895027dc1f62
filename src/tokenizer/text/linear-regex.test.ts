import { describe, expect, it } from 'vitest'
import { linearRegex } from './linear-regex.ts'

/** A linear congruential generator: the same numbers on every run. */
function generator(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

const ATOMS = ['a', 'b', 'c', '[ab]', '[^a]', '\\p{L}', '\\u{20bb7}', '\u{20bb7}', '[^\\n]', '\\.']
const QUANTIFIERS = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{2,}', '{0,2}?', '{1,}?']
const LOOKS = ['?=', '?!', '?<=', '?<!']

function randomPattern(next: (limit: number) => number, depth: number): string {
  const inner = () => randomPattern(next, depth - 1)
  const atom = () => ATOMS[next(ATOMS.length)] ?? ''
  switch (depth > 0 ? next(8) : 0) {
    case 1:
    case 2:
      return inner() + inner()
    case 3:
      return `(${inner()}|${inner()})`
    case 4:
    case 5:
      return `(?:${inner()})${QUANTIFIERS[next(QUANTIFIERS.length)]}`
    case 6:
      return `(${LOOKS[next(LOOKS.length)]}${atom()})`
    default:
      return atom()
  }
}

function found(source: string, text: string): [number, number][] {
  return Array.from(linearRegex(source)(text), ({ start, end }) => [start, end])
}

function foundByJavaScript(source: string, text: string): [number, number][] {
  return Array.from(text.matchAll(new RegExp(source, 'gu')), ({ index, 0: match }) => [
    index,
    index + match.length,
  ])
}

describe('linearRegex', () => {
  it('finds what JavaScript finds, for 20,000 random expressions', () => {
    const next = generator(7)
    let compared = 0
    for (let round = 0; round < 20_000; round += 1) {
      const source = randomPattern(next, 4)
      const hasLook = /\?[<=!]/.test(source)
      // JavaScript looks into the middle of a pair of surrogates.
      const letters = hasLook ? ['a', 'b', 'c', '.', '\n'] : ['a', 'b', 'c', '.', '\n', '\u{20bb7}']
      const text = Array.from({ length: next(12) }, () => letters[next(letters.length)]).join('')
      const mine = attempt(() => found(source, text))
      if (mine === undefined) continue
      compared += 1
      expect(mine, `${source} in ${JSON.stringify(text)}`).toEqual(foundByJavaScript(source, text))
    }
    expect(compared).toBeGreaterThan(15_000)
  })

  it.each([
    ['a|ab', 'abab', ['a', 'a']],
    ['ab|a', 'aab', ['a', 'ab']],
    ['a*?b', 'aab', ['aab']],
    ['', 'ab', ['', '', '']],
    ['\\p{Script=Han}{2,}', '我的 a 你', ['我的']],
    ['[\\]a\\-]+', ']a-b', [']a-']],
    ['(?<x>a)b', 'ab', ['ab']],
    ['\\x41\\u0042\\u{43}\\/', 'ABC/', ['ABC/']],
  ])('%s', (source, text, expected) => {
    const matches = found(source, text).map(([start, end]) => text.slice(start, end))
    expect(matches).toEqual(expected)
  })

  it.each([
    ['(?=ab)', 'more than one character'],
    ['(a*)*', 'what may be nothing'],
    ['(?:|a)+', 'what may be nothing'],
    ['(?:(?=a))?', 'what may be nothing'],
    ['a{1001}', 'too many steps'],
    ['(?:a{40}){40}', 'too many steps'],
  ])('refuses %s', (source, reason) => {
    expect(() => linearRegex(source)).toThrow(reason)
  })

  it('refuses a text for which it would need too much memory', () => {
    const find = linearRegex('a{900}')
    expect(() => [...find('a'.repeat(3_000_000))]).toThrow('too long')
  })

  // A thousand times as many characters would take a lifetime, or at least a million times as long.
  it.each(['(a+)+$', '(a|a)*b', '(a|b|ab)*c', '[^\\n]*b|a', 'a*a*a*a*b', '(?:a+b?)+c'])(
    'takes no longer for each of many characters: %s',
    (source) => {
      const find = linearRegex(source)
      expect([...find(`${'a'.repeat(200_000)}!`)].length).toBeGreaterThanOrEqual(0)
    },
    60_000,
  )
})

function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
