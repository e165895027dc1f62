import { isWhitespace } from '../text/categories.ts'

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
