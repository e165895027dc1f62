import { expect, it } from 'vitest'
import { graphemes } from './graphemes.ts'

it('gives the graphemes that the segmenter finds in the whole text, wherever windows end', () => {
  const whole = new Intl.Segmenter('en', { granularity: 'grapheme' })
  const units = ['a', '我', 'e\u0301', '👨‍👩‍👧', '🇨🇳', '\r\n', '\u{e0041}', '가\u11a8', 'क्ष']
  for (let offset = 0; offset < 12; offset++) {
    const text = 'a'.repeat(offset) + units.join('').repeat(60) + '\u0301'.repeat(600)
    const expected = Array.from(whole.segment(text), ({ segment }) => segment)
    expect([...graphemes(text)]).toEqual(expected)
  }
  expect([...graphemes('')]).toEqual([])
})
