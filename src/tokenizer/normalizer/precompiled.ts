import { CharacterMap } from '../text/character-map.ts'
import { graphemes } from '../text/graphemes.ts'
import type { Charsmap } from './charsmap.ts'
import type { Normalizer } from './normalizer.ts'

/** Graphemes of this many UTF-8 bytes or more are looked up character by character. */
const LONG_GRAPHEME = 6

// What can make one grapheme of several characters that is still short: a character that extends
// the one before, CR LF, and the Arabic signs that span what follows.
const JOINING =
  /\p{M}|\p{Grapheme_Extend}|\p{Emoji_Modifier}|[\u0e33\u0eb3]|\u200d|\r\n|[\u0600-\u0605\u06dd\u070f]/u

/**
 * SentencePiece's normalization by compiled rules, as the `tokenizers` library applies it: a short
 * grapheme is looked up whole, and only where it has no rule character by character.
 */
export function precompiled(charsmap: Charsmap): Normalizer {
  const characters = new CharacterMap((character) => charsmap.replacement(character) ?? character)
  return (text) => {
    if (!JOINING.test(text)) return characters.apply(text)
    let result = ''
    for (const grapheme of graphemes(text)) {
      const isShort = byteLength(grapheme) < LONG_GRAPHEME
      const whole = isShort ? charsmap.replacement(grapheme) : undefined
      result += whole ?? characters.apply(grapheme)
    }
    return result
  }
}

function byteLength(text: string): number {
  let bytes = 0
  for (let index = 0; index < text.length && bytes < LONG_GRAPHEME; index++) {
    const unit = text.charCodeAt(index)
    // Half of a surrogate pair stands for two of the character's four bytes.
    if (unit < 0x80) bytes += 1
    else if (unit < 0x800 || (unit & 0xf800) === 0xd800) bytes += 2
    else bytes += 3
  }
  return bytes
}
