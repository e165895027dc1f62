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

/** A part of the text that is a match, or lies between two. */
interface SplitPart {
  readonly text: string
  readonly isMatch: boolean
}

/** Splits a text at the matches of something. */
export function splitAt(text: string, find: Find, options: SplitOptions): string[] {
  const parts = partsOf(text, find, options.invert)
  return join(parts, options.behavior).filter((word) => word !== '')
}

function partsOf(text: string, find: Find, invert: boolean): SplitPart[] {
  const parts: SplitPart[] = []
  let done = 0
  for (const { start, end } of find(text)) {
    if (start > done) parts.push({ text: text.slice(done, start), isMatch: invert })
    parts.push({ text: text.slice(start, end), isMatch: !invert })
    done = end
  }
  if (done < text.length) parts.push({ text: text.slice(done), isMatch: invert })
  return parts
}

function join(parts: readonly SplitPart[], behavior: SplitBehavior): string[] {
  switch (behavior) {
    case 'Removed':
      return parts.filter((part) => !part.isMatch).map((part) => part.text)
    case 'Isolated':
      return parts.map((part) => part.text)
    case 'Contiguous':
      return joinWhere(parts, (part, before) => part.isMatch === before.isMatch)
    case 'MergedWithPrevious':
      return joinWhere(parts, (part, before) => part.isMatch && !before.isMatch)
    case 'MergedWithNext':
      return joinWhere(parts, (part, before) => before.isMatch && !part.isMatch)
    default:
      return behavior satisfies never
  }
}

function joinWhere(
  parts: readonly SplitPart[],
  isJoined: (part: SplitPart, before: SplitPart) => boolean,
) {
  const words: string[] = []
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1]
    if (before && isJoined(part, before)) words.push((words.pop() ?? '') + part.text)
    else words.push(part.text)
  }
  return words
}
