import { z } from '../schema/index.ts'
import { check, unknownComponent } from './component.ts'
import { loadTokenizer, type TokenizerOptions } from './load-tokenizer.ts'
import { byteLevelText } from './pre-tokenizer/byte-level.ts'
import type { Tokenizer } from './tokenizer.ts'

const decoderSchema = z.object({
  type: z.string(),
  prefix: z._default(z.string(), '##'),
  cleanup: z._default(z.boolean(), true),
  replacement: z._default(z.string(), '▁'),
  prepend_scheme: z.optional(z.string()),
  add_prefix_space: z._default(z.boolean(), true),
})
type DecoderDescription = z.infer<typeof decoderSchema>
type JoinTokens = (tokens: readonly string[]) => string

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
  const join = decoder
    ? joinerOf(check(decoderSchema, decoder, 'tokenizer.json: decoder'))
    : (tokens: readonly string[]) => tokens.join(' ')
  return {
    decode(ids, { skipSpecial = false } = {}) {
      const kept = Array.from(ids).filter((id) => !(skipSpecial && special.has(id)))
      return join(tokenizer.tokens(kept))
    },
  }
}

function joinerOf(decoder: DecoderDescription): JoinTokens {
  switch (decoder.type) {
    case 'WordPiece':
      return (tokens) => joinWordPieces(tokens, decoder)
    case 'Metaspace':
      return (tokens) => joinMetaspace(tokens, decoder)
    case 'ByteLevel':
      return (tokens) => byteLevelText(tokens.join(''))
    default:
      throw unknownComponent('decoder', decoder.type, ['WordPiece', 'Metaspace', 'ByteLevel'])
  }
}

/** Words are set apart by spaces, and punctuation is pulled to them. */
function joinWordPieces(tokens: readonly string[], { prefix, cleanup }: DecoderDescription) {
  const spaced = tokens.map((token, index) => {
    if (index === 0) return token
    return token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`
  })
  return (cleanup ? spaced.map(cleanUp) : spaced).join('')
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
function joinMetaspace(tokens: readonly string[], decoder: DecoderDescription): string {
  const { replacement, prepend_scheme: scheme, add_prefix_space: addsSpace } = decoder
  const prepends = scheme === undefined ? addsSpace : scheme !== 'never'
  return tokens
    .map((token, index) => {
      const own = index === 0 && prepends ? token.replace(replacement, '') : token
      return own.replaceAll(replacement, ' ')
    })
    .join('')
}
