import { CheckpointError } from '../errors/index.ts'
import { z } from '../schema/index.ts'
import { check, parseJson } from './component.ts'

const flag = z.optional(z.boolean())
/** A token as the files of a tokenizer spell it: its content alone, or with flags. */
const flaggedSchema = z.object({
  content: z.string(),
  lstrip: flag,
  rstrip: flag,
  single_word: flag,
  normalized: flag,
  special: flag,
})
const tokenSchema = z.union([
  z.pipe(
    z.string(),
    z.transform((content) => ({ content, special: true })),
  ),
  flaggedSchema,
])
export type TokenContent = z.infer<typeof flaggedSchema>

const NAMES = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
] as const
type TokenName = (typeof NAMES)[number]

const optionalToken = z.nullish(tokenSchema)
const namesSchema = z.looseObject({
  bos_token: optionalToken,
  eos_token: optionalToken,
  unk_token: optionalToken,
  sep_token: optionalToken,
  pad_token: optionalToken,
  cls_token: optionalToken,
  mask_token: optionalToken,
  additional_special_tokens: z.nullish(z.array(tokenSchema)),
  extra_special_tokens: z.nullish(
    z.union([z.array(tokenSchema), z.record(z.string(), tokenSchema)]),
  ),
})

const configSchema = z.extend(namesSchema, {
  tokenizer_class: z.nullish(z.string()),
  do_lower_case: z._default(z.boolean(), true),
  tokenize_chinese_chars: z._default(z.boolean(), true),
  strip_accents: z.nullish(z.boolean()),
  // As transformers 5 saves it where a class was told nothing; it reads none then.
  add_prefix_space: z._default(z.nullable(z.boolean()), true),
  truncation_side: z._default(z.string(), 'right'),
  added_tokens_decoder: z.optional(z.record(z.string().check(z.regex(/^\d{1,9}$/)), flaggedSchema)),
})
type NameFields = z.infer<typeof namesSchema>

const addedTokensSchema = z.record(z.string(), z.int().check(z.nonnegative()))

/** What the files beside a vocabulary say of a tokenizer, with the defaults filled in. */
export interface TokenizerConfig
  extends Pick<
    z.infer<typeof configSchema>,
    'do_lower_case' | 'tokenize_chinese_chars' | 'strip_accents' | 'add_prefix_space'
  > {
  /** The class name without `Fast`: both names mean the same; undefined where there is none. */
  readonly className: string | undefined
  /** The special tokens with a role, in the order in which the reference adds them. */
  readonly named: Readonly<Partial<Record<TokenName, TokenContent>>>
  /** Special tokens with a name of their own, or none. */
  readonly extra: readonly TokenContent[]
  /** The tokens that `added_tokens_decoder`, or in older folders `added_tokens.json`, lists by id. */
  readonly listed: ReadonlyMap<number, TokenContent>
  /** Whether there is an `added_tokens_decoder`, which makes all other lists void. */
  readonly hasDecoder: boolean
}

/**
 * Reference: `PreTrainedTokenizerBase._from_pretrained` of transformers 5.
 * @param defaultClass the tokenizer's class where `tokenizer_config.json` names none
 * @throws CheckpointError when one of the files is malformed or asks for what yuju lacks.
 */
export function readTokenizerConfig(
  files: ReadonlyMap<string, string>,
  defaultClass?: string,
): TokenizerConfig {
  const config = readFile(files, 'tokenizer_config.json', configSchema)
  requireRightTruncation(config.truncation_side, 'tokenizer_config.json: truncation_side')
  const decoder = config.added_tokens_decoder
  const map = decoder ? {} : asSpecial(readFile(files, 'special_tokens_map.json', namesSchema))
  const fields = { ...config, ...map }
  const extra = extraTokens(config, map)
  return {
    ...config,
    className: (config.tokenizer_class ?? defaultClass)?.replace(/Fast$/, ''),
    named: namedTokens(fields),
    extra: [...ownNames(fields), ...(extra ?? map.additional_special_tokens ?? [])],
    listed: decoder
      ? new Map(Object.entries(decoder).map(([id, token]) => [Number(id), token]))
      : olderList(files, [...Object.values(namedTokens(fields)), ...(extra ?? [])]),
    hasDecoder: decoder !== undefined,
  }
}

/** @throws CheckpointError when a tokenizer would truncate long texts at their beginning. */
export function requireRightTruncation(side: string, location: string): void {
  if (side.toLowerCase() === 'right') return
  throw new CheckpointError(
    'tokenizer-truncation-side',
    `${location} is ${JSON.stringify(side)}; yuju truncates long texts at the end ("right") only`,
    { facts: { location, side } },
  )
}

/** The tokens that a file names have a role, whatever it says. */
function asSpecial(map: NameFields): NameFields {
  const roles = NAMES.flatMap((name) => {
    const token = map[name]
    return token ? [[name, { ...token, special: true }] as const] : []
  })
  return { ...map, ...Object.fromEntries(roles) }
}

function namedTokens(fields: NameFields): TokenizerConfig['named'] {
  const named = NAMES.flatMap((name) => {
    const token = fields[name]
    return token ? [[name, token] as const] : []
  })
  return Object.fromEntries(named)
}

/** Lists of special tokens; `special_tokens_map.json` adds to what the configuration has. */
function extraTokens(config: NameFields, map: NameFields): TokenContent[] | undefined {
  const own = config.extra_special_tokens ?? config.additional_special_tokens
  const lists = [own, map.extra_special_tokens].filter(Array.isArray)
  return lists.length > 0 ? lists.flat() : undefined
}

/** Special tokens under names of their own, such as `image_token`. */
function ownNames(fields: NameFields): TokenContent[] {
  const { extra_special_tokens: extra } = fields
  const more = extra && !Array.isArray(extra) ? Object.entries(extra) : []
  const known: readonly string[] = NAMES
  return [...Object.entries(fields), ...more].flatMap(([name, value]) => {
    if (!name.endsWith('_token') || known.includes(name)) return []
    const { success, data } = tokenSchema.safeParse(value)
    return success ? [data] : []
  })
}

/** `added_tokens.json`, as transformers wrote it before 4.34. */
function olderList(
  files: ReadonlyMap<string, string>,
  special: readonly TokenContent[],
): ReadonlyMap<number, TokenContent> {
  const ids = readFile(files, 'added_tokens.json', addedTokensSchema)
  const names = new Set(special.map(({ content }) => content))
  return new Map(
    Object.entries(ids).map(([content, id]) => [id, { content, special: names.has(content) }]),
  )
}

function readFile<Content>(
  files: ReadonlyMap<string, string>,
  name: string,
  schema: z.ZodMiniType<Content>,
): Content {
  const text = files.get(name)
  return check(schema, text === undefined ? {} : parseJson(text, name), name)
}
