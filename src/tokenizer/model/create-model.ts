import { CheckpointError } from '../../errors/index.ts'
import { z } from '../../schema/index.ts'
import { buildComponent, type Component, check } from '../component.ts'
import { requireFewTokens } from '../limits.ts'
import { Bpe } from './bpe.ts'
import type { TokenizerModel } from './model.ts'
import { Unigram } from './unigram.ts'
import { WORDPIECE_DEFAULTS, WordPiece } from './wordpiece.ts'

// Vocabularies are large: they are looked through once, where they are taken apart.
const idsByTokenSchema = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'expected an object of tokens with their ids',
)
const wordPieceSchema = z.object({
  vocab: idsByTokenSchema,
  unk_token: z._default(z.string(), WORDPIECE_DEFAULTS.unknownToken),
  continuing_subword_prefix: z._default(z.string(), WORDPIECE_DEFAULTS.continuationPrefix),
  max_input_chars_per_word: z._default(z.number(), WORDPIECE_DEFAULTS.maxWordLength),
})
const unigramSchema = z.object({
  vocab: z.custom<unknown[]>(Array.isArray, 'expected a list of tokens with their scores'),
  unk_id: z.nullish(z.int().check(z.nonnegative())),
  byte_fallback: z.nullish(z.boolean()),
})
const bpeSchema = z.object({
  vocab: idsByTokenSchema,
  merges: z.custom<unknown[]>(Array.isArray, 'expected a list of merges'),
  dropout: z.optional(z.literal([null, 0])),
  unk_token: z.nullish(z.string()),
  continuing_subword_prefix: z.nullish(z.string()),
  end_of_word_suffix: z.nullish(z.string()),
  fuse_unk: z.nullish(z.boolean()),
  byte_fallback: z.nullish(z.boolean()),
  ignore_merges: z.nullish(z.boolean()),
})

const LOCATION = 'tokenizer.json: the vocabulary of its model'

/** The kinds that `tokenizer.json` can name, each with the reading of its options. */
const KINDS: Readonly<Record<string, (component: Component) => TokenizerModel>> = {
  WordPiece: readWordPiece,
  Unigram: readUnigram,
  BPE: readBpe,
}

/** The model that a part of `tokenizer.json` describes. */
export function createModel(component: Component): TokenizerModel {
  return buildComponent('model', component, KINDS)
}

function readWordPiece(component: Component): TokenizerModel {
  const options = check(wordPieceSchema, component, 'tokenizer.json: WordPiece')
  return new WordPiece(idsByToken(options.vocab), {
    unknownToken: options.unk_token,
    continuationPrefix: options.continuing_subword_prefix,
    maxWordLength: options.max_input_chars_per_word,
  })
}

function readUnigram(component: Component): TokenizerModel {
  const { vocab, unk_id, byte_fallback } = check(
    unigramSchema,
    component,
    'tokenizer.json: Unigram',
  )
  requireFewTokens(vocab.length, LOCATION)
  const tokens: string[] = []
  const scores = new Float64Array(vocab.length)
  for (const [id, entry] of vocab.entries()) {
    const [token, score]: unknown[] = Array.isArray(entry) ? entry : []
    if (typeof token !== 'string' || typeof score !== 'number') throw malformed(`entry ${id}`)
    tokens.push(token)
    scores[id] = score
  }
  if (unk_id != null && unk_id >= tokens.length) throw malformed(`the unk_id ${unk_id}`)
  return new Unigram(tokens, scores, {
    unknownId: unk_id ?? undefined,
    byteFallback: byte_fallback ?? false,
  })
}

function readBpe(component: Component): TokenizerModel {
  const options = check(bpeSchema, component, 'tokenizer.json: BPE')
  requireFewTokens(options.merges.length, LOCATION)
  return new Bpe(idsByToken(options.vocab), options.merges.map(readMerge), {
    unknownToken: options.unk_token ?? undefined,
    continuationPrefix: options.continuing_subword_prefix ?? '',
    endSuffix: options.end_of_word_suffix ?? '',
    fuseUnknown: options.fuse_unk ?? false,
    byteFallback: options.byte_fallback ?? false,
    ignoreMerges: options.ignore_merges ?? false,
  })
}

function readMerge(merge: unknown): readonly [string, string] {
  const sides: readonly unknown[] = typeof merge === 'string' ? merge.split(' ') : asList(merge)
  const [left, right, ...rest] = sides
  if (typeof left === 'string' && typeof right === 'string' && rest.length === 0) {
    return [left, right]
  }
  throw malformed(`the merge ${JSON.stringify(merge)}`)
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** What was read from a `vocab.txt` is a map already. */
function idsByToken(vocabulary: Readonly<Record<string, unknown>>): ReadonlyMap<string, number> {
  if (vocabulary instanceof Map) return vocabulary
  const tokens = Object.keys(vocabulary)
  requireFewTokens(tokens.length, LOCATION)
  const ids = new Map<string, number>()
  for (const token of tokens) {
    const id = vocabulary[token]
    const isId = typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < 0x4000000
    if (!isId) throw malformed(`the id of the token ${JSON.stringify(token)}`)
    ids.set(token, id)
  }
  return ids
}

function malformed(what: string): CheckpointError {
  return new CheckpointError(
    'tokenizer-malformed',
    `tokenizer.json: in the vocabulary of its model, ${what} does not fit`,
    { facts: { location: 'tokenizer.json: model', what } },
  )
}
