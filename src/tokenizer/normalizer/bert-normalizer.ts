import type { Normalizer } from '../component.ts'
import { isNonspacingMark, isOther, isWhitespace } from '../text/categories.ts'
import { CharacterMap } from '../text/character-map.ts'
import { normalize } from '../text/normalize.ts'
import { lowercase } from './character-steps.ts'

export interface BertNormalizerOptions {
  /** Drop control characters and turn every kind of space into U+0020. */
  readonly cleanText: boolean
  /** Put spaces around Chinese characters, so that each becomes a word. */
  readonly handleChineseChars: boolean
  readonly stripAccents: boolean
  readonly lowercase: boolean
}

/**
 * BERT's "basic tokenizer" without the splitting: clean, set Chinese characters apart, strip accents,
 * lower-case, in this order.
 *
 * Source: Devlin et al. 2018 (google-research/bert, tokenization.py), as the `tokenizers` library
 * runs it.
 */
export function bertNormalizer(options: BertNormalizerOptions): Normalizer {
  const characters = new CharacterMap((character) => normalizeSteps(character, options))
  // Marks in a row are put into canonical order, so those texts cannot be taken character by
  // character.
  const isContextual = options.stripAccents ? /\p{M}/u : /(?!)/
  return (text) =>
    isContextual.test(text) ? normalizeSteps(text, options) : characters.apply(text)
}

function normalizeSteps(text: string, options: BertNormalizerOptions): string {
  const cleaned = options.cleanText ? mapCharacters(text, clean) : text
  const spaced = options.handleChineseChars ? mapCharacters(cleaned, spaceChinese) : cleaned
  const bare = options.stripAccents ? stripAccents(spaced) : spaced
  return options.lowercase ? lowercase(bare) : bare
}

function stripAccents(text: string): string {
  return mapCharacters(normalize(text, 'NFD'), dropMark)
}

function mapCharacters(text: string, map: (character: string, codePoint: number) => string) {
  let result = ''
  for (const character of text) result += map(character, character.codePointAt(0) ?? 0)
  return result
}

function clean(character: string, codePoint: number): string {
  if (character === '\t' || character === '\n' || character === '\r') return ' '
  if (codePoint === 0xfffd || isOther(codePoint)) return ''
  return isWhitespace(codePoint) ? ' ' : character
}

function spaceChinese(character: string, codePoint: number): string {
  return isChinese(codePoint) ? ` ${character} ` : character
}

function dropMark(character: string, codePoint: number): string {
  return isNonspacingMark(codePoint) ? '' : character
}

// The blocks the reference lists; 2B820-2B91F is missing there, so it is missing here.
function isChinese(codePoint: number): boolean {
  return (
    (codePoint >= 0x4e00 && codePoint <= 0x9fff) ||
    (codePoint >= 0x3400 && codePoint <= 0x4dbf) ||
    (codePoint >= 0x20000 && codePoint <= 0x2a6df) ||
    (codePoint >= 0x2a700 && codePoint <= 0x2b81f) ||
    (codePoint >= 0x2b920 && codePoint <= 0x2ceaf) ||
    (codePoint >= 0xf900 && codePoint <= 0xfaff) ||
    (codePoint >= 0x2f800 && codePoint <= 0x2fa1f)
  )
}
