import { expect, it } from 'vitest'
import { bertNormalizer } from '../normalizer/bert-normalizer.ts'
import { streamSafe } from './safe-text.ts'

it('leaves texts as they are that people write', () => {
  for (const text of ['', '花呗', 'e\u0323\u0301', '\u0301'.repeat(29), 'ﾊﾞ']) {
    expect(streamSafe(text)).toBe(text)
  }
})

it('covers every character that normalization begins with a mark', () => {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
    const character = String.fromCodePoint(codePoint)
    // A mark that is put in order stands before one of the lowest class, wherever it was.
    const decomposed = character.normalize('NFKD')
    const isOrdered = `${decomposed[0]}\u0334`.normalize('NFD') !== `${decomposed[0]}\u0334`
    if (isOrdered) expect(streamSafe(character.repeat(30)).length, character).not.toBe(30)
  }
})

it('lets accents be stripped in time that grows with the text', () => {
  const normalize = bertNormalizer({
    ...{ cleanText: true, handleChineseChars: true, stripAccents: true, lowercase: true },
  })
  const secondsFor = (marks: number) => {
    const text = `a${'\u0301\u0316'.repeat(marks / 2)}b`
    const times = Array.from({ length: 3 }, () => {
      const start = process.cpuUsage()
      expect(normalize(text)).toBe('ab')
      const { user, system } = process.cpuUsage(start)
      return (user + system) / 1e6
    })
    return Math.min(...times)
  }
  secondsFor(10_000)
  // Eight times as long; the square would be 64 times.
  expect(secondsFor(200_000) / Math.max(secondsFor(25_000), 0.01)).toBeLessThan(24)
})
