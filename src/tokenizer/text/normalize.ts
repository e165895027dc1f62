import { decodeRanges } from './code-point-set.ts'

/**
 * What Unicode added after version 9 that has a decomposition, a combining class, or combines with what
 * follows it, in the notation of `unicode-8.ts`.
 */
const NEWER_RANGES = `
1kt 4a-8 17-9 8b fy 73-1 am 1nf q2-u 3-b ln-4 45h n3m-3 1k n1 huo 9 8 a bh-4 2-15 2-8 12i-3 1u-4
8u-1 26-1 2-2 1z-a 1e-3 6j jv 1z-3 6 3 2-1 1d 3 2-1 6-2 3y rf-1 6z 3 5-1 5 4d 2c j 2a ix 2-1 2a bu-1
d0c 3-8 6 2es 4-3 hy-1 icl-z 3sn-1p y 4h-6 ag 1q-3 e5-3 73-1 6s 3 8-1 6 22f 22s-9`

const newer = Array.from(decodeRanges(NEWER_RANGES), ([first, last]) => {
  return `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`
}).join('')
const NEWER = new RegExp(`([${newer}]+)`, 'u')

/** As many marks in a row stand in no text; what halfwidth voicing marks become is a mark. */
const MANY_MARKS = /[\p{M}\uff9e\uff9f]{30,}/gu
/** Marks of the lowest and of the highest combining class. */
const LOWEST = '\u0334'
const HIGHEST = '\u0345'

type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD'

/**
 * The normal form of a text as the reference's tables, those of Unicode 9, have it: newer characters are
 * characters like any other, left where they are. JavaScript's tables are as new as the engine. The time
 * grows with the length of the text: many marks in a row are put into order before the engine sees them,
 * which takes time that grows with the square of their number where they are not.
 */
export function normalize(text: string, form: Form): string {
  if (!NEWER.test(text)) return normalizeKnown(text, form)
  const parts = text.split(NEWER)
  return parts.map((part, index) => (index % 2 === 0 ? normalizeKnown(part, form) : part)).join('')
}

function normalizeKnown(text: string, form: Form): string {
  return text.replace(MANY_MARKS, (marks) => inOrder(marks, form)).normalize(form)
}

/** Decomposed, and between characters of class 0 stably by class: UAX #15, canonical ordering. */
function inOrder(marks: string, form: Form): string {
  const decomposition = form.replace('C', 'D')
  const characters = Array.from(marks, (mark) => [...mark.normalize(decomposition)]).flat()
  const classes = classesOf(characters)
  const runs: string[][] = [[]]
  for (const character of characters) {
    if (classes.has(character)) runs.at(-1)?.push(character)
    else runs.push([character])
  }
  const byClass = (a: string, b: string) => (classes.get(a) ?? 0) - (classes.get(b) ?? 0)
  return runs.flatMap((run) => run.sort(byClass)).join('')
}

/** A number for each character that is not of class 0; they are in the order of their classes. */
function classesOf(characters: readonly string[]): ReadonlyMap<string, number> {
  const distinct = [...new Set(characters)].filter(isReordered).sort(compareClasses)
  const classes = new Map<string, number>()
  for (const [index, character] of distinct.entries()) {
    const before = distinct[index - 1]
    const isSame = before !== undefined && compareClasses(before, character) === 0
    classes.set(character, isSame ? (classes.get(before) ?? 0) : index)
  }
  return classes
}

function compareClasses(a: string, b: string): number {
  return Number(isSwapped(a, b)) - Number(isSwapped(b, a))
}

function isSwapped(a: string, b: string): boolean {
  return a !== b && (a + b).normalize('NFD') === b + a
}

function isReordered(character: string): boolean {
  return isSwapped(character, LOWEST) || isSwapped(HIGHEST, character)
}
