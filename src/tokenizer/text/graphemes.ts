/** How much text is given to the segmenter at once, in UTF-16 units. */
const WINDOW = 256

let segmenter: Intl.Segmenter | undefined

/**
 * The graphemes (extended grapheme clusters) of a text.
 *
 * The segmenter of V8 takes time that grows with the square of the text, so it gets a window at a
 * time. Whether a grapheme ends depends on nothing after the next character, so all graphemes of a
 * window are final but the last; the next window begins with that one.
 */
export function* graphemes(text: string): Generator<string> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  let start = 0
  for (let size = WINDOW; start < text.length; ) {
    const end = windowEnd(text, start + size)
    const windowStart = start
    let last = ''
    for (const { segment } of segmenter.segment(text.slice(start, end))) {
      if (last !== '') yield last
      start += last.length
      last = segment
    }
    if (end === text.length) {
      yield last
      return
    }
    // One grapheme that fills the window: look at more.
    size = start === windowStart ? size * 2 : WINDOW
  }
}

// A window must not split a surrogate pair.
function windowEnd(text: string, end: number): number {
  if (end >= text.length) return text.length
  return (text.charCodeAt(end) & 0xfc00) === 0xdc00 ? end + 1 : end
}
