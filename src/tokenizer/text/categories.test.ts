import { expect, it } from 'vitest'
import { isNonspacingMark, isOther, isPunctuation, isWhitespace } from './categories.ts'

const assigned = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index).filter((c) => c >> 11 !== 27)

it('agrees with the engine on all that Unicode 8 knew and nobody moved since', () => {
  const moved = new Set([0x166d, 0x111c9, 0x1734, 0x1171e])
  for (const codePoint of assigned(0, 0x30000)) {
    const character = String.fromCodePoint(codePoint)
    const claims = [
      [isOther, /[\p{Cc}\p{Cf}\p{Co}]/u],
      [isPunctuation, /[\p{P}$+<=>^`|~]/u],
      [isNonspacingMark, /\p{Mn}/u],
    ] as const
    for (const [has, now] of claims) {
      // Later versions only add, but for those few.
      if (has(codePoint) && !moved.has(codePoint)) expect(now.test(character)).toBe(true)
    }
  }
})

it('knows the characters Chinese text is made of', () => {
  expect([...'，。！？“”《》、…—·!#$^`'].every((c) => isPunctuation(c.codePointAt(0) ?? 0))).toBe(
    true,
  )
  expect([...'我￥①a1 '].some((c) => isPunctuation(c.codePointAt(0) ?? 0))).toBe(false)
  expect([...' \t\n\u0085\u3000\u2003'].every((c) => isWhitespace(c.charCodeAt(0)))).toBe(true)
  expect([...'\u200b\ufeff我'].some((c) => isWhitespace(c.charCodeAt(0)))).toBe(false)
  expect([0, 0x7f, 0x200b, 0xfeff, 0xe000, 0x10fffd].every(isOther)).toBe(true)
  expect([0xfffd, 0x378, 0x110cd].some(isOther)).toBe(false)
  expect([0x300, 0x20d0, 0xe0100].every(isNonspacingMark)).toBe(true)
  expect([0x302e, 0x11a01].some(isNonspacingMark)).toBe(false)
})
