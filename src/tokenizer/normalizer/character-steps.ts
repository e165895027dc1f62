import { isWhitespace } from '../text/categories.ts'
import { CharacterMap } from '../text/character-map.ts'
import { CodePointSet } from '../text/code-point-set.ts'

// Character by character: the reference does not know that a sigma at the end of a word differs.
const lower = new CharacterMap((character) => character.toLowerCase())

export function lowercase(text: string): string {
  return lower.apply(text)
}

const dropped = new CodePointSet([
  [0x01, 0x08],
  [0x0b, 0x0b],
  [0x0e, 0x1f],
  [0x7f, 0x7f],
  [0x8f, 0x8f],
  [0x9f, 0x9f],
])

const SPACES = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/

const characters = new CharacterMap((character) => {
  if (dropped.has(character.codePointAt(0) ?? 0)) return ''
  return SPACES.test(character) ? ' ' : character
})

/** The cleaning of Google's NMT: control characters go, odd spaces become U+0020. */
export function nmt(text: string): string {
  return characters.apply(text)
}

export interface StripOptions {
  readonly left: boolean
  readonly right: boolean
}

/** Removes white space (Unicode's property, all of it in the first plane) at the ends. */
export function strip(text: string, { left, right }: StripOptions): string {
  let start = 0
  let end = text.length
  while (left && start < end && isWhitespace(text.charCodeAt(start))) start++
  while (right && end > start && isWhitespace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}
