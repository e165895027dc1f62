import { CheckpointError } from '../../errors/index.ts'
import { z } from '../../schema/index.ts'
import { type Find, linearRegex } from './linear-regex.ts'

/** White space, as the inside of a character class. */
export const SPACE_CLASS =
  '\\t-\\r\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
/** Word characters as Rust's `regex` has them, as the inside of a character class. */
export const WORD_CLASS = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}'

/** What Oniguruma's short names for sets mean. */
const ONIGURUMA_CLASSES: ReadonlyMap<string, string> = new Map([
  ['s', SPACE_CLASS],
  ['w', '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\xb2\\xb3\\xb9\\xbc-\\xbe'],
  ['d', '\\p{Nd}'],
])

/** Characters outside of sets that JavaScript reads differently: its lines have more ends. */
const LINE_SYNTAX: ReadonlyMap<string, string> = new Map([
  ['.', '[^\\n]'],
  ['^', '(?<![^\\n])'],
  ['$', '(?![^\\n])'],
])

/**
 * One element of the syntax: a property, another escape, a plain group that ignores case, another group's
 * opening, or a character.
 */
const ELEMENT = /\\[pP]\{\w+\}|\\[\s\S]|\(\?i:[^\\()[\]]*\)|\(\?<?[\s\S]|[*+?}]\+|&&|[\s\S]/gu
/** The longest that tokenizers have is some 300. */
const LONGEST = 1000
const SAME_ESCAPE = /^\\[tnrfv0xu.*+?^$(){}|[\]\\/]$/
const SAME_GROUP = /^\(\?(?:[:=!]|<[=!\p{L}])$/u
/** Alternatives of plain ASCII characters; those with a case stand for two, or for three. */
const IGNORING_CASE = /^\(\?i:([\w\s'"|,;:=<>@#%&!~`/-]*)\)$/
/** Without case, what is one character elsewhere: ß, ﬆ, ﬀ, ﬁ, ﬂ. */
const MULTIPLE_FOLDING = /ss|st|f[fil]/i
const THIRD_CASES: ReadonlyMap<string, string> = new Map([
  ['s', '\u017f'],
  ['k', '\u212a'],
])

/**
 * Finds what a regular expression of `tokenizer.json`, written for Oniguruma, finds in a text.
 *
 * @throws CheckpointError for a construct that JavaScript lacks or reads differently, and for what takes
 *   more than linear time.
 */
export function translateRegex(pattern: string): Find {
  if (pattern.length > LONGEST) throw unsupported(pattern, `it has more than ${LONGEST} characters`)
  let inClass = false
  const translated = pattern.replace(ELEMENT, (element) => {
    const result = inClass ? translateInClass(element) : translateOutside(element)
    if (result === undefined) throw unsupported(pattern, `it uses ${JSON.stringify(element)}`)
    if (element === '[') inClass = true
    if (element === ']') inClass = false
    return result
  })
  try {
    return linearRegex(new RegExp(translated, 'u').source)
  } catch (cause) {
    throw unsupported(pattern, String(cause), cause)
  }
}

function translateOutside(element: string): string | undefined {
  if (/^[*+?}]\+$/.test(element)) return undefined // possessive
  if (element.startsWith('(?i:')) return withoutCase(element)
  if (element.startsWith('(?')) return SAME_GROUP.test(element) ? element : undefined
  if (!element.startsWith('\\')) return LINE_SYNTAX.get(element) ?? element
  const members = ONIGURUMA_CLASSES.get(element.slice(1).toLowerCase())
  if (members !== undefined) return `[${/[A-Z]/.test(element) ? '^' : ''}${members}]`
  return element === '\\-' ? '-' : translateEscape(element)
}

function withoutCase(group: string): string | undefined {
  const [, content] = IGNORING_CASE.exec(group) ?? []
  if (content === undefined || MULTIPLE_FOLDING.test(content)) return undefined
  const folded = content.replace(/[a-z]/gi, (letter) => {
    const lower = letter.toLowerCase()
    return `[${lower}${letter.toUpperCase()}${THIRD_CASES.get(lower) ?? ''}]`
  })
  return `(?:${folded})`
}

function translateInClass(element: string): string | undefined {
  if (element === '[' || element === '&&') return undefined // sets of sets
  if (!element.startsWith('\\')) return element
  if (element === '\\D') return '\\P{Nd}'
  return element === '\\-'
    ? element
    : (ONIGURUMA_CLASSES.get(element.slice(1)) ?? translateEscape(element))
}

function translateEscape(element: string): string | undefined {
  if (SAME_ESCAPE.test(element)) return element
  if (/^\\[pP]\{/.test(element)) return translateProperty(element)
  // A needless escape, which JavaScript refuses.
  return /^\\[^\p{L}\p{N}]$/u.test(element) ? element.slice(1) : undefined
}

// Oniguruma takes the name of a script alone, JavaScript only as the value of Script.
function translateProperty(element: string): string | undefined {
  return [element, element.replace('{', '{Script=')].find(isValid)
}

function isValid(source: string): boolean {
  try {
    return new RegExp(source, 'u').source !== ''
  } catch {
    return false
  }
}

function unsupported(whole: string, reason: string, cause?: unknown): CheckpointError {
  const pattern = whole.slice(0, 200)
  return new CheckpointError(
    'tokenizer-regex-unsupported',
    `tokenizer.json has the regular expression ${JSON.stringify(pattern)}, which yuju cannot run ` +
      `exactly as the reference does: ${reason}`,
    { facts: { pattern, reason }, cause },
  )
}

/** How `tokenizer.json` spells what to look for: literally, or as a regular expression. */
export const patternSchema = z.union([
  z.object({ String: z.string() }),
  z.object({ Regex: z.string() }),
])
export type Pattern = z.infer<typeof patternSchema>

/** @throws CheckpointError when the regular expression cannot be run exactly, or in linear time. */
export function finderOf(pattern: Pattern): Find {
  return 'Regex' in pattern ? translateRegex(pattern.Regex) : findLiteral(pattern.String)
}

/** An empty literal is found nowhere, as in the reference. */
function findLiteral(literal: string): Find {
  return function* (text) {
    if (literal === '') return
    for (let start = text.indexOf(literal); start >= 0; ) {
      const end = start + literal.length
      yield { start, end }
      start = text.indexOf(literal, end)
    }
  }
}

/** Finds what a regular expression of our own finds, which has the flag `g`. */
export function findAll(regex: RegExp): Find {
  return function* (text) {
    for (const { index, 0: found } of text.matchAll(regex)) {
      yield { start: index, end: index + found.length }
    }
  }
}
