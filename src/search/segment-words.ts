let segmenter: Intl.Segmenter | undefined

/**
 * The words of a text, for full-text search: cut by the dictionary of the Unicode libraries in Node,
 * which knows Chinese words; wide and narrow forms and upper and lower case made alike; punctuation
 * left out.
 */
export function segmentWords(text: string): string[] {
  segmenter ??= new Intl.Segmenter('zh', { granularity: 'word' })
  const words: string[] = []
  for (const { segment, isWordLike } of segmenter.segment(text.normalize('NFKC').toLowerCase())) {
    if (isWordLike) words.push(segment)
  }
  return words
}
