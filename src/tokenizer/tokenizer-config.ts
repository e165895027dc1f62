import { z } from 'zod'
import { CheckpointError } from '../errors/index.ts'
import { check, parseJson } from './component.ts'

/** A special piece as `tokenizer_config.json` and `special_tokens_map.json` spell it. */
const tokenSchema = z.union([
  z
    .string()
    .transform((content) => ({ content, lstrip: false, rstrip: false, single_word: false })),
  z.object({
    content: z.string(),
    lstrip: z.boolean().default(false),
    rstrip: z.boolean().default(false),
    single_word: z.boolean().default(false),
  }),
])
const addedTokenSchema = z.object({
  content: z.string(),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  single_word: z.boolean().default(false),
  normalized: z.boolean().default(false),
})
const optionalToken = tokenSchema.nullish()

const specialTokensSchema = z.object({
  cls_token: optionalToken,
  sep_token: optionalToken,
  unk_token: optionalToken,
  pad_token: optionalToken,
  mask_token: optionalToken,
  additional_special_tokens: z.array(tokenSchema).nullish(),
})

const configSchema = specialTokensSchema.extend({
  tokenizer_class: z.string().nullish(),
  do_lower_case: z.boolean().default(true),
  tokenize_chinese_chars: z.boolean().default(true),
  strip_accents: z.boolean().nullish(),
  add_prefix_space: z.boolean().default(true),
  truncation_side: z.string().default('right'),
  added_tokens_decoder: z.record(z.string().regex(/^\d+$/), addedTokenSchema).default({}),
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
