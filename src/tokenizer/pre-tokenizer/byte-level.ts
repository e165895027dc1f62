import type { PreTokenizer } from '../component.ts'
import { SPACE_CLASS } from '../text/regex.ts'

/** GPT-2's way to split: contractions, letters, numbers, the rest, each with a space before it. */
const GPT2 = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${SPACE_CLASS}\\p{L}\\p{N}]+` +
    `|[${SPACE_CLASS}]+(?![^${SPACE_CLASS}])|[${SPACE_CLASS}]+`,
  'gu',
)

export interface ByteLevelOptions {
  readonly addPrefixSpace: boolean
  /** Whether to split as GPT-2 does; otherwise a text stays whole. */
  readonly useRegex: boolean
}

/**
 * Bytes as visible characters, so that a vocabulary of 256 covers every text.
 *
 * Source: Radford et al. 2019 (GPT-2, encoder.py): printable Latin-1 bytes stand for themselves,
 * the others for U+0100 and following.
 */
export function byteLevel({ addPrefixSpace, useRegex }: ByteLevelOptions): PreTokenizer {
  return (text) => {
    const whole = addPrefixSpace && !text.startsWith(' ') ? ` ${text}` : text
    const words = useRegex ? (whole.match(GPT2) ?? []) : [whole]
    return words.map((word) => {
      let visible = ''
      for (const byte of encoder.encode(word)) visible += BYTE_CHARACTERS[byte] ?? ''
      return visible
    })
  }
}

/**
 * The text behind visible characters; a token of other characters, an added one, stands for itself, and
 * bytes that are no UTF-8 become U+FFFD.
 */
export function byteLevelText(tokens: readonly string[]): string {
  return decoder.decode(Uint8Array.from(tokens.flatMap(bytesBehind)))
}

function bytesBehind(token: string): readonly number[] {
  const bytes = Array.from(token, (character) => BYTES.get(character) ?? -1)
  return bytes.includes(-1) ? Array.from(encoder.encode(token)) : bytes
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const BYTE_CHARACTERS = byteCharacters()
const BYTES = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]))

function byteCharacters(): readonly string[] {
  let substitute = 0x100
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad)
    return String.fromCodePoint(isPrintable ? byte : substitute++)
  })
}
