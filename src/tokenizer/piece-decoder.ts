import { z } from '../schema/index.ts'
import { check, parseJson, unknownComponent } from './component.ts'
import { byteLevelText } from './pre-tokenizer/byte-level.ts'
import type { Tokenizer } from './tokenizer.ts'
import { tokenizerJsonText } from './tokenizer-json-text.ts'

const schema = z.object({
  added_tokens: z._default(
    z.array(
      z.object({ id: z.int().check(z.nonnegative()), special: z._default(z.boolean(), false) }),
    ),
    [],
  ),
  decoder: z.nullish(
    z.object({
      type: z.string(),
      prefix: z._default(z.string(), '##'),
      cleanup: z._default(z.boolean(), true),
      replacement: z._default(z.string(), '▁'),
      prepend_scheme: z.optional(z.string()),
      add_prefix_space: z._default(z.boolean(), true),
    }),
  ),
})
type DecoderDescription = NonNullable<z.infer<typeof schema>['decoder']>
type JoinPieces = (pieces: readonly string[]) => string

/** Turns numbers of pieces back into text. */
export interface PieceDecoder {
  /** @throws InputError for a number that is no piece. */
  decode(ids: Iterable<number>, options?: { readonly skipSpecial?: boolean }): string
}

/**
 * The way back that a model folder's `tokenizer.json` describes; for a `vocab.txt`, WordPiece's.
 * Reference: the decoders of Hugging Face tokenizers.
 * @throws CheckpointError when the file asks for a decoder that yuju does not know.
 */
export function createPieceDecoder(
  files: ReadonlyMap<string, string>,
  tokenizer: Tokenizer,
): PieceDecoder {
  const json = parseJson(tokenizerJsonText(files), 'tokenizer.json')
  const { added_tokens: added, decoder } = check(schema, json, 'tokenizer.json')
  const special = new Set(added.flatMap((token) => (token.special ? [token.id] : [])))
  const join = decoder ? joinerOf(decoder) : (pieces: readonly string[]) => pieces.join(' ')
  return {
    decode(ids, { skipSpecial = false } = {}) {
      const kept = Array.from(ids).filter((id) => !(skipSpecial && special.has(id)))
      return join(tokenizer.tokens(kept))
    },
  }
}

function joinerOf(decoder: DecoderDescription): JoinPieces {
  switch (decoder.type) {
    case 'WordPiece':
      return (pieces) => joinWordPieces(pieces, decoder)
    case 'Metaspace':
      return (pieces) => joinMetaspace(pieces, decoder)
    case 'ByteLevel':
      return (pieces) => byteLevelText(pieces.join(''))
    default:
      throw unknownComponent('decoder', decoder.type, ['WordPiece', 'Metaspace', 'ByteLevel'])
  }
}

/** Words are set apart by spaces, and punctuation is pulled to them. */
function joinWordPieces(pieces: readonly string[], { prefix, cleanup }: DecoderDescription) {
  const spaced = pieces.map((piece, place) => {
    if (place === 0) return piece
    return piece.startsWith(prefix) ? piece.slice(prefix.length) : ` ${piece}`
  })
  return (cleanup ? spaced.map(cleanUp) : spaced).join('')
}

/** Reference: clean_up_tokenization of transformers, applied piece by piece. */
function cleanUp(piece: string): string {
  return piece
    .replace(/ ([.?!,])/g, '$1')
    .replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m")
    .replaceAll(' do not', " don't")
    .replace(/ '(s|ve|re)/g, "'$1")
}

/** The mark of a space becomes one, but for the one that the tokenizer put before the text. */
function joinMetaspace(pieces: readonly string[], decoder: DecoderDescription): string {
  const { replacement, prepend_scheme: scheme, add_prefix_space: addsSpace } = decoder
  const prepends = scheme === undefined ? addsSpace : scheme !== 'never'
  return pieces
    .map((piece, place) => {
      const own = place === 0 && prepends ? piece.replace(replacement, '') : piece
      return own.replaceAll(replacement, ' ')
    })
    .join('')
}
