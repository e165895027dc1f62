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
