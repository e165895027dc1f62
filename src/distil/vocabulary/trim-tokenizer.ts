import { readVocabulary } from '../../tokenizer/index.ts'
import type { KeptTokens } from './kept-tokens.ts'
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

/** How each file of a tokenizer is rewritten; others (`special_tokens_map.json`) name no numbers. */
const REWRITERS: Readonly<Record<string, (text: string, kept: KeptTokens) => string>> = {
  'tokenizer.json': (text, kept) => JSON.stringify(cutTokenizerJson(parseTokenizer(text), kept)),
  'vocab.txt': cutVocabularyFile,
  'tokenizer_config.json': cutTokenizerConfig,
  'added_tokens.json': (text, kept) => JSON.stringify(renumbered(parseAddedTokens(text), kept)),
}

/** The files of a tokenizer, by name, rewritten for the tokens that stay. */
export function cutTokenizer(
  files: ReadonlyMap<string, string>,
  kept: KeptTokens,
): ReadonlyMap<string, string> {
  return new Map(
    [...files].map(([name, text]) => [name, REWRITERS[name]?.(text, kept) ?? text] as const),
  )
}

function cutTokenizerJson(content: TokenizerContent, kept: KeptTokens): TokenizerContent {
  const { added_tokens, model, post_processor, padding } = content
  return {
    ...content,
    added_tokens: kept.select(
      added_tokens,
      (token) => token.id,
      (token, place) => ({ ...token, id: place }),
    ),
    model: cutModel(model, kept),
    ...(post_processor ? { post_processor: cutProcessor(post_processor, kept) } : {}),
    ...(padding ? { padding: { ...padding, pad_id: kept.require(padding.pad_id) } } : {}),
  }
}

function cutModel(model: TokenizerContent['model'], kept: KeptTokens): TokenizerContent['model'] {
  if (isUnigram(model)) return cutUnigram(model, kept)
  const vocab = renumbered(model.vocab, kept)
  return isBpe(model) ? { ...model, vocab, merges: cutMerges(model, vocab) } : { ...model, vocab }
}

export function isUnigram(model: TokenizerContent['model']): model is UnigramContent {
  return Array.isArray(model.vocab)
}

export function isBpe(model: TokenizerContent['model']): model is BpeContent {
  return Array.isArray(model.merges)
}

function cutUnigram({ vocab, unk_id, ...rest }: UnigramContent, kept: KeptTokens): UnigramContent {
  return {
    ...rest,
    vocab: vocab.filter((_, id) => kept.has(id)),
    ...(unk_id == null ? {} : { unk_id: kept.require(unk_id) }),
  }
}

/** Merges whose token stays; their sides do as well, as `requiredTokens` sees to. */
function cutMerges(model: BpeContent, vocab: Readonly<Record<string, number>>) {
  return model.merges.filter((merge) => Object.hasOwn(vocab, mergedToken(mergeSides(merge), model)))
}

function cutProcessor(processor: ProcessorContent, kept: KeptTokens): ProcessorContent {
  const place = (id: number) => kept.require(id)
  const { cls, sep, special_tokens, processors } = processor
  return {
    ...processor,
    ...(cls && { cls: [cls[0], place(cls[1])] }),
    ...(sep && { sep: [sep[0], place(sep[1])] }),
    ...(special_tokens && {
      special_tokens: Object.fromEntries(
        Object.entries(special_tokens).map(([name, token]) => [
          name,
          { ...token, ids: token.ids.map(place) },
        ]),
      ),
    }),
    ...(processors && { processors: processors.map((step) => cutProcessor(step, kept)) }),
  }
}

function cutVocabularyFile(text: string, kept: KeptTokens): string {
  const lines: string[] = []
  for (const [token, id] of readVocabulary(text)) if (kept.has(id)) lines[kept.require(id)] = token
  return `${lines.join('\n')}\n`
}

function cutTokenizerConfig(text: string, kept: KeptTokens): string {
  const { added_tokens_decoder: decoder, ...config } = parseTokenizerConfig(text)
  if (!decoder) return text
  const added_tokens_decoder = Object.fromEntries(
    kept.select(
      Object.entries(decoder),
      ([id]) => Number(id),
      ([, token], place) => [place, token],
    ),
  )
  return JSON.stringify({ ...config, added_tokens_decoder }, null, 2)
}

function renumbered(
  tokens: Readonly<Record<string, number>>,
  kept: KeptTokens,
): Record<string, number> {
  return Object.fromEntries(
    kept.select(
      Object.entries(tokens),
      ([, id]) => id,
      ([token], place) => [token, place],
    ),
  )
}
