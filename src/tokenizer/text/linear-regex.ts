import { InputError } from '../../errors/index.ts'
import { compileRegex, type Step } from './compile-regex.ts'

/** Where a match lies in a text, in UTF-16 units. */
export interface Match {
  readonly start: number
  readonly end: number
}

/** Finds all matches of something in a text, from the left; none overlaps another. */
export type Find = (text: string) => Iterable<Match>

/** What may be remembered of a text, in bits: 256 MB. */
const MOST_PAIRS = 2 ** 31

/**
 * A regular expression in time that grows with the text and no faster, whoever wrote it: JavaScript's
 * own takes a lifetime for `(a+)+$`. It finds what they find, in the same order of tries, but tries no
 * step twice at the same place of a text: what failed there once fails again, wherever the match began.
 *
 * Source: Davis et al. 2021, "Using Selective Memoization to Defeat Regular Expression Denial of
 * Service".
 * @param source as `new RegExp(source, 'u')` takes it
 * @throws RangeError for what is not taken: see `compileRegex`.
 */
export function linearRegex(source: string): Find {
  const { steps, first } = compileRegex(source)
  const opening = steps[first] as Step
  return function* (text) {
    let search: Search | undefined
    for (let start = 0; start <= text.length; ) {
      let end: number | undefined
      // Most texts have no match, and need no memory.
      if (opening.kind !== 'read' || opening.accepts(text, start)) {
        search ??= searchOf(text, steps)
        end = endOfMatch(search, first, start)
      }
      if (end !== undefined) yield { start, end }
      start = end !== undefined && end > start ? end : start + widthAt(text, start)
    }
  }
}

interface Search {
  readonly text: string
  readonly steps: readonly Step[]
  /** A bit for each step at each place of the text. */
  readonly tried: Uint8Array
}

function searchOf(text: string, steps: readonly Step[]): Search {
  const size = (text.length + 1) * steps.length
  if (size <= MOST_PAIRS) return { text, steps, tried: new Uint8Array(Math.ceil(size / 8)) }
  throw new InputError(
    'text-too-long',
    `a text of ${text.length} characters is too long for the regular expressions of its tokenizer.json`,
    { facts: { length: text.length, steps: steps.length } },
  )
}

/** Where the match that begins at `start` ends; the last try is undone first. */
function endOfMatch(search: Search, first: number, start: number): number | undefined {
  const { text, steps } = search
  const waiting = [first, start]
  while (waiting.length > 0) {
    let place = waiting.pop() ?? 0
    let index = waiting.pop() ?? 0
    while (remember(search, index, place)) {
      const step = steps[index] as Step
      if (step.kind === 'match') return forget(search, place)
      if (step.kind === 'fork') waiting.push(step.second, place)
      else if (!step.accepts(text, place)) break
      else if (step.kind === 'read') place += widthAt(text, place)
      index = step.next
    }
  }
  return undefined
}

/** False where the step was tried at that place already. */
function remember({ steps, tried }: Search, step: number, place: number): boolean {
  const bit = place * steps.length + step
  const before = tried[Math.floor(bit / 8)] ?? 0
  tried[Math.floor(bit / 8)] = before | (1 << (bit % 8))
  return (before & (1 << (bit % 8))) === 0
}

/** What led to a match was tried, but did not fail. */
function forget({ steps, tried }: Search, place: number): number {
  for (let bit = place * steps.length; bit < (place + 1) * steps.length; bit++) {
    tried[Math.floor(bit / 8)] = (tried[Math.floor(bit / 8)] ?? 0) & ~(1 << (bit % 8))
  }
  return place
}

function widthAt(text: string, place: number): number {
  return (text.codePointAt(place) ?? 0) > 0xffff ? 2 : 1
}
