import { isPunctuation, isWhitespace } from '../text/categories.ts'

/** Words between white space, every punctuation character a word of its own. */
export function bertWords(text: string): string[] {
  const words: string[] = []
  let start = 0
  let next = 0
  for (let index = 0; index < text.length; index = next) {
    const codePoint = text.codePointAt(index) ?? 0
    next = index + (codePoint > 0xffff ? 2 : 1)
    const isSpace = isWhitespace(codePoint)
    if (!isSpace && !isPunctuation(codePoint)) continue
    if (start < index) words.push(text.slice(start, index))
    if (!isSpace) words.push(text.slice(index, next))
    start = next
  }
  if (start < text.length) words.push(text.slice(start))
  return words
}
