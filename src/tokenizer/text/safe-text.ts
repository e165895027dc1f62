// With the `u` flag a surrogate is matched only where it stands alone.
const LONE_SURROGATE = /\p{Surrogate}/u
const LONE_SURROGATES = /\p{Surrogate}/gu

/** Whether UTF-8 can hold the text. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text)
}

/** The text with every lone surrogate, which UTF-8 cannot hold, replaced by U+FFFD. */
export function wellFormed(text: string): string {
  return isWellFormed(text) ? text : text.replace(LONE_SURROGATES, '\ufffd')
}

/** Marks that follow each other: \p{M}, and what normalization makes of halfwidth voicing marks. */
const MANY_MARKS = /[\p{M}\uff9e\uff9f]{30}/gu
const COMBINING_GRAPHEME_JOINER = '\u034f'

/**
 * A text that is normalized in time that grows with its length: putting marks in order takes time that
 * grows with the square of their number, so a joiner, a mark itself, stands after every 30 of them.
 *
 * Reference: UAX #15, Stream-Safe Text Format.
 */
export function streamSafe(text: string): string {
  return text.replace(MANY_MARKS, `$&${COMBINING_GRAPHEME_JOINER}`)
}
