import { CheckpointError } from '../../errors/index.ts'
import type { Normalizer } from '../component.ts'
import { CharacterMap } from '../text/character-map.ts'
import { graphemes } from '../text/graphemes.ts'

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

const LABEL_MASK = 0x800000ff
const VALUE_MASK = 0x7fffffff
/** Unicode's own is the 33 bytes that U+FDFA becomes. */
const LONGEST_REPLACEMENT = 256

/**
 * SentencePiece's compiled rewriting rules (`precompiled_charsmap`).
 *
 * Layout: the byte length of the trie (u32), the trie as a double array (u32 units over UTF-8
 * bytes, as of the Darts-clone library), then the replacements as UTF-8 text, each ended by a zero.
 */
export class Charsmap {
  readonly #units: Uint32Array
  readonly #replacements: Uint8Array
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  readonly #encoder = new TextEncoder()

  /** @param base64 the map as `tokenizer.json` spells it. */
  constructor(base64: string) {
    const bytes = decodeBase64(base64)
    const view = new DataView(bytes.buffer)
    const trieBytes = bytes.length < 4 ? Number.POSITIVE_INFINITY : view.getUint32(0, true)
    if (trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length) throw damaged('its trie is truncated')
    this.#units = Uint32Array.from({ length: trieBytes / 4 }, (_, index) =>
      view.getUint32(4 + index * 4, true),
    )
    this.#replacements = bytes.subarray(4 + trieBytes)
  }

  /**
   * What stands in place of `text` by the rule of its shortest prefix that has one (the reference
   * takes the shortest, and drops the rest of `text`); undefined where no prefix has a rule.
   */
  replacement(text: string): string | undefined {
    const units = this.#units
    let position = offsetOf(units[0] ?? 0)
    for (const byte of this.#encoder.encode(text)) {
      position ^= byte
      const unit = units[position] ?? 0
      if (byte === 0 || (unit & LABEL_MASK) !== byte) return undefined
      position ^= offsetOf(unit)
      if (((unit >>> 8) & 1) === 1) return this.#replacementAt((units[position] ?? 0) & VALUE_MASK)
    }
    return undefined
  }

  #replacementAt(start: number): string {
    const text = this.#replacements.subarray(start, start + LONGEST_REPLACEMENT)
    const end = text.indexOf(0)
    if (end >= 0) return this.#decoder.decode(text.subarray(0, end))
    throw damaged(`a replacement is longer than ${LONGEST_REPLACEMENT} bytes, or is truncated`)
  }
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6)
}

function decodeBase64(base64: string): Uint8Array<ArrayBuffer> {
  try {
    const binary = atob(base64)
    const bytes = new Uint8Array(binary.length)
    for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
    return bytes
  } catch (cause) {
    throw damaged('it is not base64', cause)
  }
}

function damaged(reason: string, cause?: unknown): CheckpointError {
  return new CheckpointError(
    'tokenizer-malformed',
    `tokenizer.json: the precompiled_charsmap of its normalizer cannot be read: ${reason}`,
    { facts: { location: 'precompiled_charsmap', reason }, cause },
  )
}
