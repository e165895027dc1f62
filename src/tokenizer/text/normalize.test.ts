import { describe, expect, it } from 'vitest'
import { normalize } from './normalize.ts'

const FORMS = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const

/** A linear congruential generator: the same numbers on every run. */
function generator(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

describe('normalize', () => {
  // From tokenizers 0.23.3 (Rust).
  it.each([
    ['NFC', 'e\u0301\u1100\u1161\u212b', 'é가Å'],
    ['NFC', '\u06eb\u1aeb\u033f', '\u06eb\u1aeb\u033f'],
    ['NFD', '\u1acf\u0334', '\u1acf\u0334'],
    ['NFC', '\u{11935}\u{11930}', '\u{11935}\u{11930}'],
    ['NFC', '\u{105d2}\u0307', '\u{105d2}\u0307'],
    ['NFKC', '\u32ff\uab69\u{1fbf0}①', '\u32ff\uab69\u{1fbf0}1'],
    ['NFKD', 'ﬁ각\u{1f16c}', 'fi각\u{1f16c}'.normalize('NFD')],
  ] as const)('%s of %j is that of Unicode 9', (form, text, expected) => {
    expect(normalize(text, form)).toBe(expected)
  })

  it('gives what the engine gives for many marks in a row', () => {
    const next = generator(3)
    const marks = [
      0x301, 0x334, 0x345, 0x323, 0x327, 0x3099, 0xff9e, 0x344, 0x34f, 0x5b0, 0x903, 0x20dd,
    ]
    for (let round = 0; round < 500; round += 1) {
      const run = Array.from({ length: 30 + next(60) }, () => marks[next(marks.length)] ?? 0)
      const text = `${'aệ가か'[next(4)]}${String.fromCodePoint(...run)}b\u0301`
      for (const form of FORMS) expect(normalize(text, form)).toBe(text.normalize(form))
    }
  })

  // The engine alone takes a thousand million steps, and half a minute.
  it('takes no longer for each of many marks', () => {
    const text = `a${'\u0301\u0334'.repeat(100_000)}`
    const sorted = `\u0334`.repeat(100_000) + '\u0301'.repeat(100_000)
    for (const form of FORMS)
      expect(normalize(text, form) === `a${sorted}`.normalize(form)).toBe(true)
  }, 20_000)
})
