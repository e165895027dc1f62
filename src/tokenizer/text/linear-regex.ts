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
 * step twice at the same position of a text: what failed there once fails again, wherever the match began.
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
    let state: MatchState | undefined
    for (let start = 0; start <= text.length; ) {
      let end: number | undefined
      // Most texts have no match, and need no memory.
      if (opening.kind !== 'read' || opening.accepts(text, start)) {
        state ??= matchState(text, steps)
        end = endOfMatch(state, first, start)
      }
      if (end !== undefined) yield { start, end }
      start = end !== undefined && end > start ? end : start + widthAt(text, start)
    }
  }
}

interface MatchState {
  readonly text: string
  readonly steps: readonly Step[]
  /** A bit for each step at each position of the text. */
  readonly tried: Uint8Array
}

function matchState(text: string, steps: readonly Step[]): MatchState {
  const size = (text.length + 1) * steps.length
  if (size <= MOST_PAIRS) return { text, steps, tried: new Uint8Array(Math.ceil(size / 8)) }
  throw new InputError(
    'text-too-long',
    `a text of ${text.length} characters is too long for the regular expressions of its tokenizer.json`,
    { facts: { length: text.length, steps: steps.length } },
  )
}

/** Where the match that begins at `start` ends; the last try is undone first. */
function endOfMatch(state: MatchState, first: number, start: number): number | undefined {
  const { text, steps } = state
  const waiting = [first, start]
  while (waiting.length > 0) {
    let position = waiting.pop() ?? 0
    let index = waiting.pop() ?? 0
    while (remember(state, index, position)) {
      const step = steps[index] as Step
      if (step.kind === 'match') return forget(state, position)
      if (step.kind === 'fork') waiting.push(step.second, position)
      else if (!step.accepts(text, position)) break
      else if (step.kind === 'read') position += widthAt(text, position)
      index = step.next
    }
  }
  return undefined
}

/** False where the step was tried at that position already. */
function remember({ steps, tried }: MatchState, step: number, position: number): boolean {
  const bit = position * steps.length + step
  const before = tried[Math.floor(bit / 8)] ?? 0
  tried[Math.floor(bit / 8)] = before | (1 << (bit % 8))
  return (before & (1 << (bit % 8))) === 0
}

/** What led to a match was tried, but did not fail. */
function forget({ steps, tried }: MatchState, position: number): number {
  for (let bit = position * steps.length; bit < (position + 1) * steps.length; bit++) {
    tried[Math.floor(bit / 8)] = (tried[Math.floor(bit / 8)] ?? 0) & ~(1 << (bit % 8))
  }
  return position
}

function widthAt(text: string, position: number): number {
  return (text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1
}
