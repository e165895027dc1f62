import type { Find } from '../text/linear-regex.ts'

/** What becomes of the matches a text is split at, named as in `tokenizer.json`. */
export const SPLIT_BEHAVIORS = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
] as const
type SplitBehavior = (typeof SPLIT_BEHAVIORS)[number]

export interface SplitOptions {
  readonly behavior: SplitBehavior
  /** Take what lies between the matches for the matches. */
  readonly invert: boolean
}

/** A stretch of text that is a match, or lies between two. */
interface Stretch {
  readonly text: string
  readonly isMatch: boolean
}

/** Splits a text at the matches of something. */
export function splitAt(text: string, find: Find, options: SplitOptions): string[] {
  const stretches = stretchesOf(text, find, options.invert)
  return join(stretches, options.behavior).filter((word) => word !== '')
}

function stretchesOf(text: string, find: Find, invert: boolean): Stretch[] {
  const stretches: Stretch[] = []
  let done = 0
  for (const { start, end } of find(text)) {
    if (start > done) stretches.push({ text: text.slice(done, start), isMatch: invert })
    stretches.push({ text: text.slice(start, end), isMatch: !invert })
    done = end
  }
  if (done < text.length) stretches.push({ text: text.slice(done), isMatch: invert })
  return stretches
}

function join(stretches: readonly Stretch[], behavior: SplitBehavior): string[] {
  switch (behavior) {
    case 'Removed':
      return stretches.filter((stretch) => !stretch.isMatch).map((stretch) => stretch.text)
    case 'Isolated':
      return stretches.map((stretch) => stretch.text)
    case 'Contiguous':
      return joinWhere(stretches, (stretch, before) => stretch.isMatch === before.isMatch)
    case 'MergedWithPrevious':
      return joinWhere(stretches, (stretch, before) => stretch.isMatch && !before.isMatch)
    case 'MergedWithNext':
      return joinWhere(stretches, (stretch, before) => before.isMatch && !stretch.isMatch)
    default:
      return behavior satisfies never
  }
}

function joinWhere(
  stretches: readonly Stretch[],
  isJoined: (stretch: Stretch, before: Stretch) => boolean,
) {
  const words: string[] = []
  for (const [index, stretch] of stretches.entries()) {
    const before = stretches[index - 1]
    if (before && isJoined(stretch, before)) words.push((words.pop() ?? '') + stretch.text)
    else words.push(stretch.text)
  }
  return words
}
