let segmenter: Intl.Segmenter | undefined

const ONE_HAN = /^\p{Script=Han}$/u

/**
 * The words of a text, for full-text search: cut by the dictionary of the Unicode libraries in Node,
 * which knows Chinese words; wide and narrow forms and upper and lower case made alike; punctuation
 * left out.
 *
 * Words the dictionary lacks fall into single characters, which would find too much. So characters
 * that stand side by side are taken in pairs: 花呗怎么还款, cut to 花 呗 怎么 还 款, gives 花呗, 怎么,
 * 还款. One that stands alone is a word.
 */
export function segmentWords(text: string): string[] {
  segmenter ??= new Intl.Segmenter('zh', { granularity: 'word' })
  const words: string[] = []
  let run: string[] = []
  for (const { segment, isWordLike } of segmenter.segment(text.normalize('NFKC').toLowerCase())) {
    if (ONE_HAN.test(segment)) {
      run.push(segment)
      continue
    }
    words.push(...pairs(run))
    run = []
    if (isWordLike) words.push(segment)
  }
  words.push(...pairs(run))
  return words
}

function pairs(characters: readonly string[]): readonly string[] {
  if (characters.length < 2) return characters
  return characters.slice(1).map((character, at) => `${characters[at]}${character}`)
}
