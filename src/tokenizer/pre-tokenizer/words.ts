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

/** Every punctuation character apart from the text around it. */
export function isolatePunctuation(text: string): string[] {
  const words: string[] = []
  let word = ''
  for (const character of text) {
    if (!isPunctuation(character.codePointAt(0) ?? 0)) {
      word += character
      continue
    }
    if (word !== '') words.push(word)
    words.push(character)
    word = ''
  }
  return word === '' ? words : [...words, word]
}
