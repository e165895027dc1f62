import { CheckpointError } from '../errors/index.ts'
import { z } from '../schema/index.ts'
import { check, parseJson } from './component.ts'

/** A special piece as `tokenizer_config.json` and `special_tokens_map.json` spell it. */
const tokenSchema = z.union([
  z.pipe(
    z.string(),
    z.transform((content) => ({ content, lstrip: false, rstrip: false, single_word: false })),
  ),
  z.object({
    content: z.string(),
    lstrip: z._default(z.boolean(), false),
    rstrip: z._default(z.boolean(), false),
    single_word: z._default(z.boolean(), false),
  }),
])
const addedTokenSchema = z.object({
  content: z.string(),
  lstrip: z._default(z.boolean(), false),
  rstrip: z._default(z.boolean(), false),
  single_word: z._default(z.boolean(), false),
  normalized: z._default(z.boolean(), false),
})
const optionalToken = z.nullish(tokenSchema)

const specialTokensSchema = z.object({
  cls_token: optionalToken,
  sep_token: optionalToken,
  unk_token: optionalToken,
  pad_token: optionalToken,
  mask_token: optionalToken,
  additional_special_tokens: z.nullish(z.array(tokenSchema)),
})

const configSchema = z.extend(specialTokensSchema, {
  tokenizer_class: z.nullish(z.string()),
  do_lower_case: z._default(z.boolean(), true),
  tokenize_chinese_chars: z._default(z.boolean(), true),
  strip_accents: z.nullish(z.boolean()),
  add_prefix_space: z._default(z.boolean(), true),
  truncation_side: z._default(z.string(), 'right'),
  added_tokens_decoder: z._default(
    z.record(z.string().check(z.regex(/^\d+$/)), addedTokenSchema),
    {},
  ),
})

export type SpecialToken = z.infer<typeof tokenSchema>

/** What `tokenizer_config.json` and `special_tokens_map.json` say, with the defaults filled in. */
export interface TokenizerConfig extends z.infer<typeof configSchema> {
  /** The class name without `Fast`: both names mean the same; undefined where there is none. */
  readonly className: string | undefined
}

/** @throws CheckpointError when one of the files is malformed or asks for what yuju lacks. */
export function readTokenizerConfig(files: ReadonlyMap<string, string>): TokenizerConfig {
  const specials = check(
    specialTokensSchema,
    parseFile(files, 'special_tokens_map.json'),
    'special_tokens_map.json',
  )
  const raw = parseFile(files, 'tokenizer_config.json')
  const config = check(configSchema, raw, 'tokenizer_config.json')
  requireRightTruncation(config.truncation_side, 'tokenizer_config.json: truncation_side')
  return {
    ...specials,
    ...withoutMissing(config),
    className: config.tokenizer_class?.replace(/Fast$/, ''),
  }
}

/** @throws CheckpointError when a tokenizer would cut off the beginning of long texts. */
export function requireRightTruncation(side: string, place: string): void {
  if (side.toLowerCase() === 'right') return
  throw new CheckpointError(
    'tokenizer-truncation-side',
    `${place} is ${JSON.stringify(side)}; yuju cuts long texts at the end ("right") only`,
    { facts: { place, side } },
  )
}

function parseFile(files: ReadonlyMap<string, string>, name: string): unknown {
  const text = files.get(name)
  return text === undefined ? {} : parseJson(text, name)
}

function withoutMissing<T extends object>(value: T): T {
  const entries = Object.entries(value).filter(([, field]) => field !== undefined && field !== null)
  return Object.fromEntries(entries) as T
}
