import { CheckpointError } from '../../errors/index.ts'

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
    if (trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length) throw damaged('its trie is cut off')
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
    throw damaged(`a replacement is longer than ${LONGEST_REPLACEMENT} bytes, or is cut off`)
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
    { facts: { place: 'precompiled_charsmap', reason }, cause },
  )
}
