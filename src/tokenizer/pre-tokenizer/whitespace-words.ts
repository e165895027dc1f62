import { isWhitespace } from '../text/categories.ts'

/** Words between white space, which is all in the first plane of Unicode. */
export function whitespaceWords(text: string): string[] {
  const words: string[] = []
  let start = 0
  for (let index = 0; index < text.length; index++) {
    if (!isWhitespace(text.charCodeAt(index))) continue
    if (start < index) words.push(text.slice(start, index))
    start = index + 1
  }
  if (start < text.length) words.push(text.slice(start))
  return words
}
