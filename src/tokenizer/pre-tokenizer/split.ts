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

interface Part {
  readonly text: string
  readonly isMatch: boolean
}

/** Cuts a text at the matches of a regular expression with the flag `g`. */
export function splitAt(text: string, regex: RegExp, options: SplitOptions): string[] {
  const parts = partsOf(text, regex, options.invert)
  return join(parts, options.behavior).filter((word) => word !== '')
}

function partsOf(text: string, regex: RegExp, invert: boolean): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const match of text.matchAll(regex)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index), isMatch: invert })
    parts.push({ text: match[0], isMatch: !invert })
    end = match.index + match[0].length
  }
  if (end < text.length) parts.push({ text: text.slice(end), isMatch: invert })
  return parts
}

function join(parts: readonly Part[], behavior: SplitBehavior): string[] {
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

function joinWhere(parts: readonly Part[], isJoined: (part: Part, before: Part) => boolean) {
  const words: string[] = []
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1]
    if (before && isJoined(part, before)) words.push((words.pop() ?? '') + part.text)
    else words.push(part.text)
  }
  return words
}
