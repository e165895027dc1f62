import { z } from '../schema/index.ts'
import { buildComponent, type Component, check, componentSchema } from './component.ts'
import { flatSteps } from './limits.ts'
import { loadTokenizer, type TokenizerOptions } from './load-tokenizer.ts'
import { createNormalizer } from './normalizer/create-normalizer.ts'
import { byteLevelText } from './pre-tokenizer/byte-level.ts'
import type { Tokenizer } from './tokenizer.ts'

const wordPieceSchema = z.object({
  prefix: z._default(z.string(), '##'),
  cleanup: z._default(z.boolean(), true),
})
const metaspaceSchema = z.object({
  replacement: z._default(z.string(), '▁'),
  prepend_scheme: z.optional(z.string()),
  add_prefix_space: z._default(z.boolean(), true),
})
const sequenceSchema = z.object({ decoders: z.array(componentSchema) })

const BYTE_TOKEN = /^<0x([\dA-Fa-f]{2})>$/
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** One step of the way back: tokens in, the parts of a text out. */
type DecoderStep = (tokens: readonly string[]) => readonly string[]

/** The kinds that `tokenizer.json` can name, each with the reading of its options. */
const KINDS: Readonly<Record<string, (component: Component) => DecoderStep>> = {
  WordPiece: readWordPiece,
  Metaspace: readMetaspace,
  ByteLevel: () => (tokens) => [byteLevelText(tokens)],
  ByteFallback: () => joinBytes,
  Fuse: () => (tokens) => [tokens.join('')],
  Replace: readReplace,
}

/** Turns token ids back into text. */
export interface TokenDecoder {
  /** @throws InputError for an id that is no token. */
  decode(ids: Iterable<number>, options?: { readonly skipSpecial?: boolean }): string
}

/**
 * The way back that a model folder's `tokenizer.json` describes; for a `vocab.txt`, WordPiece's.
 * Reference: the decoders of Hugging Face tokenizers.
 * @throws CheckpointError when the file asks for a decoder that yuju does not know.
 */
export function createTokenDecoder(
  files: ReadonlyMap<string, string>,
  tokenizer: Tokenizer,
  options: TokenizerOptions = {},
): TokenDecoder {
  const { addedTokens, description } = loadTokenizer(files, options)
  const special = new Set(addedTokens.flatMap((token) => (token.special ? [token.id] : [])))
  const { decoder } = description
  const join = decoder ? createDecoder(decoder) : (tokens: readonly string[]) => tokens.join(' ')
  return {
    decode(ids, { skipSpecial = false } = {}) {
      const kept = Array.from(ids).filter((id) => !(skipSpecial && special.has(id)))
      return join(tokenizer.tokens(kept))
    },
  }
}

function createDecoder(component: Component): (tokens: readonly string[]) => string {
  const steps = flatSteps(component, 'decoder', sequenceParts).map((step) =>
    buildComponent('decoder', step, KINDS),
  )
  return (tokens) => steps.reduce((parts, step) => step(parts), tokens).join('')
}

function sequenceParts(component: Component): readonly Component[] {
  return check(sequenceSchema, component, 'tokenizer.json: Sequence').decoders
}

/** Words are set apart by spaces, and punctuation is pulled to them. */
function readWordPiece(component: Component): DecoderStep {
  const { prefix, cleanup } = check(wordPieceSchema, component, 'tokenizer.json: WordPiece')
  const spaced = (token: string, index: number) => {
    if (index === 0) return token
    return token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`
  }
  return (tokens) => (cleanup ? tokens.map(spaced).map(cleanUp) : tokens.map(spaced))
}

/** Reference: clean_up_tokenization of transformers, applied token by token. */
function cleanUp(token: string): string {
  return token
    .replace(/ ([.?!,])/g, '$1')
    .replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m")
    .replaceAll(' do not', " don't")
    .replace(/ '(s|ve|re)/g, "'$1")
}

/** The mark of a space becomes one, but for the one that the tokenizer put before the text. */
function readMetaspace(component: Component): DecoderStep {
  const options = check(metaspaceSchema, component, 'tokenizer.json: Metaspace')
  const { replacement, prepend_scheme: scheme, add_prefix_space: addsSpace } = options
  const prepends = scheme === undefined ? addsSpace : scheme !== 'never'
  return (tokens) =>
    tokens.map((token, index) => {
      const own = index === 0 && prepends ? token.replace(replacement, '') : token
      return own.replaceAll(replacement, ' ')
    })
}

/** Byte tokens (`<0xE4>`) in a row are one text, or where they are no UTF-8 a U+FFFD each. */
function joinBytes(tokens: readonly string[]): readonly string[] {
  const parts: string[] = []
  let bytes: number[] = []
  for (const token of [...tokens, '']) {
    const [, hexadecimal] = BYTE_TOKEN.exec(token) ?? []
    if (hexadecimal !== undefined) bytes.push(Number.parseInt(hexadecimal, 16))
    else {
      parts.push(bytesText(bytes), token)
      bytes = []
    }
  }
  return parts.filter((part) => part !== '')
}

function bytesText(bytes: readonly number[]): string {
  try {
    return utf8.decode(Uint8Array.from(bytes))
  } catch {
    return '\ufffd'.repeat(bytes.length)
  }
}

/** In each token, as the normalizer of the same name has it in a text. */
function readReplace(component: Component): DecoderStep {
  const replace = createNormalizer(component)
  return (tokens) => tokens.map(replace)
}
