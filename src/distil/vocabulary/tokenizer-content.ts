import { z } from 'zod'
import { CheckpointError } from '../../errors/index.ts'
import { parseJson } from '../../schema/index.ts'

/**
 * What the files of a tokenizer say about token ids; everything else in them is carried
 * along as it is.
 */

const id = z.int().nonnegative()
const tokenIds = z.record(z.string(), id)
const merge = z.union([z.string(), z.tuple([z.string(), z.string()])])

const unigramSchema = z.looseObject({
  vocab: z.array(z.tuple([z.string(), z.number()])),
  unk_id: id.nullish(),
})
const bpeSchema = z.looseObject({
  vocab: tokenIds,
  merges: z.array(merge),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
})
const wordPieceSchema = z.looseObject({
  vocab: tokenIds,
  unk_token: z.string().default('[UNK]'),
  continuing_subword_prefix: z.string().default('##'),
})
export type UnigramContent = z.infer<typeof unigramSchema>
export type BpeContent = z.infer<typeof bpeSchema>
export type WordPieceContent = z.infer<typeof wordPieceSchema>

const namedId = z.tuple([z.string(), id])
const processorSchema = z.looseObject({
  type: z.string(),
  cls: namedId.optional(),
  sep: namedId.optional(),
  special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(id) })).optional(),
  get processors(): z.ZodOptional<z.ZodArray<typeof processorSchema>> {
    return z.array(processorSchema).optional()
  },
})
export type ProcessorContent = z.infer<typeof processorSchema>

const tokenizerJsonSchema = z.looseObject({
  added_tokens: z
    .array(z.looseObject({ id, content: z.string(), special: z.boolean().optional() }))
    .default([]),
  pre_tokenizer: z.unknown(),
  model: z.union([unigramSchema, bpeSchema, wordPieceSchema]),
  post_processor: processorSchema.nullish(),
  padding: z.looseObject({ pad_id: id.default(0) }).nullish(),
})
export type TokenizerContent = z.infer<typeof tokenizerJsonSchema>

const namedToken = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish()
const configSchema = z.looseObject({
  cls_token: namedToken,
  sep_token: namedToken,
  unk_token: namedToken,
  pad_token: namedToken,
  mask_token: namedToken,
  additional_special_tokens: z.array(namedToken).nullish(),
  added_tokens_decoder: z.record(z.string(), z.looseObject({ content: z.string() })).optional(),
})
export type TokenizerConfigContent = z.infer<typeof configSchema>

const addedTokensSchema = tokenIds

/** `tokenizer.json` */
export function parseTokenizer(text: string): TokenizerContent {
  return parse(tokenizerJsonSchema, text, 'tokenizer.json')
}

/** `tokenizer_config.json` or `special_tokens_map.json` */
export function parseTokenizerConfig(text: string): TokenizerConfigContent {
  return parse(configSchema, text, 'tokenizer_config.json')
}

/** `added_tokens.json` */
export function parseAddedTokens(text: string): Record<string, number> {
  return parse(addedTokensSchema, text, 'added_tokens.json')
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  file: string,
): z.infer<Schema> {
  const result = schema.safeParse(parseJson(text))
  if (result.success) return result.data
  throw new CheckpointError(
    'tokenizer-malformed',
    `the vocabulary of ${file} cannot be trimmed: ${z.prettifyError(result.error)}`,
    { facts: { file }, cause: result.error },
  )
}

type Sides = readonly [left: string, right: string]

/** The two tokens that a merge of byte-pair encoding joins; old files write them with a space. */
export function mergeSides(merge: BpeContent['merges'][number]): Sides {
  if (typeof merge !== 'string') return merge
  const [left = '', right = ''] = merge.split(' ')
  return [left, right]
}

/** The token that they become. */
export function mergedToken(
  [left, right]: Sides,
  { continuing_subword_prefix: prefix }: BpeContent,
): string {
  return left + right.slice(prefix?.length ?? 0)
}
