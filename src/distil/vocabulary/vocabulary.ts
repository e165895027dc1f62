import {
  byteLevelText,
  createTokenizer,
  readVocabulary,
  type TokenizerOptions,
} from '../../tokenizer/index.ts'
import {
  type BpeContent,
  mergedToken,
  mergeSides,
  type ProcessorContent,
  parseAddedTokens,
  parseTokenizer,
  parseTokenizerConfig,
  type TokenizerContent,
  type UnigramContent,
} from './tokenizer-content.ts'
import { isBpe, isUnigram } from './trim-tokenizer.ts'

/** A tokenizer's vocabulary, as far as trimming needs to know it. */
export interface Vocabulary {
  /** The ids of the model's tokens. */
  readonly ids: ReadonlyMap<string, number>
  /** What the tokenizer cannot do without: special tokens with their template, byte tokens. */
  readonly required: ReadonlySet<number>
  /** What a token spells: itself, but where tokens are spelled in characters that stand for bytes. */
  textOf(token: string): string
  /** These tokens, and those without which the tokenizer could not build them. */
  withParts(ids: ReadonlySet<number>): ReadonlySet<number>
}

const USUAL_SPECIAL_TOKENS = [
  ...['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'],
  ...['<pad>', '<unk>', '<s>', '</s>', '<mask>'],
]
const BYTE_TOKEN = /^<0x[0-9A-F]{2}>$/

export function vocabularyOf(
  files: ReadonlyMap<string, string>,
  options: TokenizerOptions = {},
): Vocabulary {
  const json = files.get('tokenizer.json')
  const content = json === undefined ? undefined : parseTokenizer(json)
  const ids = new Map(content ? idsOf(content) : readVocabulary(files.get('vocab.txt') ?? ''))
  // Blank lines: no text has such a token.
  ids.delete('')
  const model = content?.model
  return {
    ids,
    required: new Set([
      ...requiredIds(files, ids, options),
      ...(content ? namedIds(content, ids) : []),
    ]),
    textOf: content && isByteLevel(content) ? (token) => byteLevelText([token]) : (token) => token,
    withParts: (kept) => (model && isBpe(model) ? withMergeSides(model, kept) : kept),
  }
}

function idsOf({ model }: TokenizerContent): Iterable<[string, number]> {
  return isUnigram(model)
    ? model.vocab.map(([token], id): [string, number] => [token, id])
    : Object.entries(model.vocab)
}

/** Whether tokens are spelled in characters that stand for bytes. */
function isByteLevel({ pre_tokenizer: step }: TokenizerContent): boolean {
  return JSON.stringify(step ?? null).includes('"type":"ByteLevel"')
}

function requiredIds(
  files: ReadonlyMap<string, string>,
  ids: ReadonlyMap<string, number>,
  options: TokenizerOptions,
): Set<number> {
  const tokenizer = createTokenizer(files, options)
  const required = new Set([...tokenizer.encodePair('', '').ids, tokenizer.padId])
  // Ids beyond the model's are those of added tokens.
  const known = [...ids.values()].reduce((most, id) => Math.max(most, id), -1)
  for (let id = known + 1; id < tokenizer.vocabularySize; id += 1) required.add(id)
  const named = [...USUAL_SPECIAL_TOKENS, ...configuredTokens(files)]
  const bytes = [...ids.keys()].filter((token) => BYTE_TOKEN.test(token))
  for (const token of [...named, ...bytes]) {
    const id = ids.get(token)
    if (id !== undefined) required.add(id)
  }
  for (const id of configuredIds(files)) required.add(id)
  return required
}

/** The special tokens that the configuration names. */
function configuredTokens(files: ReadonlyMap<string, string>): string[] {
  return ['tokenizer_config.json', 'special_tokens_map.json'].flatMap((name) => {
    const text = files.get(name)
    if (text === undefined) return []
    const config = parseTokenizerConfig(text)
    const { cls_token, sep_token, unk_token, pad_token, mask_token } = config
    const named = [cls_token, sep_token, unk_token, pad_token, mask_token]
    return [...named, ...(config.additional_special_tokens ?? [])].flatMap((token) => {
      if (token == null) return []
      return typeof token === 'string' ? [token] : [token.content]
    })
  })
}

function configuredIds(files: ReadonlyMap<string, string>): number[] {
  const config = files.get('tokenizer_config.json')
  const decoder = config === undefined ? {} : parseTokenizerConfig(config).added_tokens_decoder
  const added = files.get('added_tokens.json')
  return [
    ...Object.keys(decoder ?? {}).map(Number),
    ...(added === undefined ? [] : Object.values(parseAddedTokens(added))),
  ]
}

/** What `tokenizer.json` itself names by id, and the tokens its model falls back to. */
function namedIds(content: TokenizerContent, ids: ReadonlyMap<string, number>): number[] {
  const { added_tokens: added, padding, model, post_processor: template } = content
  const alphabet = isByteLevel(content) ? [...ids].filter(([token]) => token.length === 1) : []
  const unknown = isUnigram(model) ? model.unk_id : ids.get(model.unk_token ?? '')
  return [
    ...added.map(({ id }) => id),
    ...alphabet.map(([, id]) => id),
    ...(template ? templateTokens(template) : []),
    ...(padding ? [padding.pad_id] : []),
    ...(unknown == null ? [] : [unknown]),
    ...(isUnigram(model) ? [worstToken(model)] : []),
  ]
}

function templateTokens({ cls, sep, special_tokens, processors = [] }: ProcessorContent): number[] {
  return [
    ...[cls, sep].flatMap((named) => named?.[1] ?? []),
    ...Object.values(special_tokens ?? {}).flatMap(({ ids }) => ids),
    ...processors.flatMap(templateTokens),
  ]
}

/** Unknown characters are scored by the worst token: without it, words could be split otherwise. */
function worstToken({ vocab }: UnigramContent): number {
  return vocab.reduce((worst, [, score], id) => (score < (vocab[worst]?.[1] ?? 0) ? id : worst), 0)
}

/** A token is merged from two, and these from others, in every way there is. */
function withMergeSides(model: BpeContent, kept: ReadonlySet<number>): ReadonlySet<number> {
  const sides = new Map<number, number[]>()
  for (const merge of model.merges.map(mergeSides)) {
    const merged = model.vocab[mergedToken(merge, model)]
    const parts = merge.flatMap((side) => model.vocab[side] ?? [])
    if (merged !== undefined) sides.set(merged, [...(sides.get(merged) ?? []), ...parts])
  }
  const all = new Set(kept)
  // A set gives what is added while it is walked, too.
  for (const id of all) for (const part of sides.get(id) ?? []) all.add(part)
  return all
}
