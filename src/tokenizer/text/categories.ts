import { CodePointSet, decodeRanges } from './code-point-set.ts'
import { NONSPACING_MARK_RANGES, OTHER_RANGES, PUNCTUATION_RANGES } from './unicode-8.ts'

/** Unicode's White_Space property. JavaScript's `\s` differs: it lacks U+0085 and has U+FEFF. */
const whitespace = new CodePointSet([
  [0x09, 0x0d],
  [0x20, 0x20],
  [0x85, 0x85],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
])

/** Punctuation, and the ASCII symbols that BERT counts as such (`$+<=>^|~` and the backtick). */
const punctuation = new CodePointSet([
  [0x21, 0x2f],
  [0x3a, 0x40],
  [0x5b, 0x60],
  [0x7b, 0x7e],
  ...decodeRanges(PUNCTUATION_RANGES),
])

const others = new CodePointSet(decodeRanges(OTHER_RANGES))
const nonspacingMarks = new CodePointSet(decodeRanges(NONSPACING_MARK_RANGES))

export function isWhitespace(codePoint: number): boolean {
  return whitespace.has(codePoint)
}

export function isPunctuation(codePoint: number): boolean {
  return punctuation.has(codePoint)
}

/** Control, format and private-use characters, tab and line ends among them. */
export function isOther(codePoint: number): boolean {
  return others.has(codePoint)
}

export function isNonspacingMark(codePoint: number): boolean {
  return nonspacingMarks.has(codePoint)
}
