import { nextTurn } from '../encoder/index.ts'
import { streamSafe } from '../tokenizer/index.ts'

/** Characters that are given to the segmenter at once, in UTF-16 units. */
const WINDOW = 256
/** Characters at the end of a window whose words may depend on what follows. */
const MARGIN = 32
/** Characters that are normalized at once. */
const PART = 32_768
/** Words of a query that are looked for. */
const MOST_QUERY_WORDS = 1024

const ONE_HAN = /^\p{Script=Han}$/u
/** What no character before it is composed with. */
const STARTER = /[\p{ASCII}\p{Script=Han}\s]/u
const WITHIN_GRAPHEME = /[\p{M}\udc00-\udfff]|\u200d/u

let segmenter: Intl.Segmenter | undefined

/**
 * The words of a text, for full-text search: segmented by the dictionary of the Unicode libraries in
 * Node, which knows Chinese words; wide and narrow forms and upper and lower case made the same;
 * punctuation removed.
 *
 * Words the dictionary lacks fall into single characters, which would find too much. So characters
 * that stand side by side are taken in pairs: 花呗怎么还款, segmented into 花 呗 怎么 还 款, gives 花呗, 怎么,
 * 还款. One that stands alone is a word.
 *
 * It takes time in proportion to the text; no word is longer than 256 characters.
 */
export function segmentWords(text: string): string[] {
  return [...wordGroups(text)].flat()
}

/** The words of each text with spaces between them, segmented in turns with the program's other work. */
export async function joinWords(texts: readonly string[]): Promise<string[]> {
  const turns = new Turns()
  const joined: string[] = []
  for (const text of texts) {
    const words: string[] = []
    for (const group of wordGroups(text)) {
      words.push(...group)
      await turns.share()
    }
    joined.push(words.join(' '))
  }
  return joined
}

/**
 * The words of a query, the first 1,024 of them: more than a text has that a model sees whole.
 */
export async function queryWords(text: string): Promise<string[]> {
  const turns = new Turns()
  const words: string[] = []
  for (const group of wordGroups(text)) {
    words.push(...group)
    if (words.length >= MOST_QUERY_WORDS) break
    await turns.share()
  }
  return words.slice(0, MOST_QUERY_WORDS)
}

/** The words of a text, those of some 256 characters at a time. */
export function* wordGroups(text: string): Generator<string[], void> {
  /** The characters that stand side by side: how many, and the last of them. */
  let [run, last] = [0, '']
  for (const segments of segmentGroups(text)) {
    const words: string[] = []
    for (const { segment, isWordLike } of segments) {
      if (ONE_HAN.test(segment)) {
        if (run > 0) words.push(last + segment)
        last = segment
        run += 1
        continue
      }
      if (run === 1) words.push(last)
      run = 0
      if (isWordLike) words.push(segment)
    }
    yield words
  }
  if (run === 1) yield [last]
}

/**
 * What the segmenter finds, a window at a time: for long texts without spaces its time grows much
 * faster than they do. A window ends at punctuation, where no word depends on what follows, or else
 * at a word a little before its end.
 */
function* segmentGroups(text: string): Generator<readonly Intl.SegmentData[], void> {
  segmenter ??= new Intl.Segmenter('zh', { granularity: 'word' })
  let rest = ''
  for (const part of normalizedParts(text)) {
    rest += part
    while (rest.length > WINDOW) {
      const window = rest.slice(0, windowEnd(rest))
      const segments = [...segmenter.segment(window)]
      const kept = finalSegments(segments)
      yield segments.slice(0, kept)
      rest = rest.slice(segments[kept]?.index ?? window.length)
    }
  }
  yield [...segmenter.segment(rest)]
}

/** How many of a window's segments are the same whatever follows; all where it is one long word. */
function finalSegments(segments: readonly Intl.SegmentData[]): number {
  const punctuation = segments.findLastIndex(({ isWordLike }, at) => {
    return !isWordLike && at < segments.length - 1
  })
  const next = segments[punctuation + 1]
  if (punctuation >= 0 && next && next.index >= WINDOW / 2) return punctuation + 1
  const inMargin = segments.findIndex(({ index, segment }) => {
    return index + segment.length > WINDOW - MARGIN
  })
  return inMargin > 0 ? inMargin : segments.length
}

/** Not within a surrogate pair, and not within a grapheme unless it is longer than the margin. */
function windowEnd(text: string): number {
  for (let end = WINDOW; end > WINDOW - MARGIN; end -= 1) {
    if (!WITHIN_GRAPHEME.test(text.charAt(end))) return end
  }
  return WINDOW
}

/** A text in NFKC and lower case, a part at a time. */
function* normalizedParts(text: string): Generator<string, void> {
  for (let start = 0; start < text.length; ) {
    const end = partEnd(text, start + PART)
    yield streamSafe(text.slice(start, end)).normalize('NFKC').toLowerCase()
    start = end
  }
}

function partEnd(text: string, end: number): number {
  const starter = text.slice(end, end + PART).search(STARTER)
  return starter < 0 ? Math.min(text.length, end + PART) : end + starter
}

/** How long work goes on before other work of the program has a turn, in milliseconds. */
const TURN = 2

/** Long work on the thread that calls it, which lets the program's other work go on meanwhile. */
export class Turns {
  #start = performance.now()

  /** Gives other work its turn, if this one has gone on for long enough. */
  async share(): Promise<void> {
    if (performance.now() - this.#start < TURN) return
    await nextTurn()
    this.#start = performance.now()
  }
}
