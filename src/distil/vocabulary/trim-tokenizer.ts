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

/** How each file of a tokenizer is rewritten; others (`special_tokens_map.json`) name no ids. */
const REWRITERS: Readonly<Record<string, (text: string, kept: KeptTokens) => string>> = {
  'tokenizer.json': (text, kept) => JSON.stringify(trimTokenizerJson(parseTokenizer(text), kept)),
  'vocab.txt': trimVocabularyFile,
  'tokenizer_config.json': trimTokenizerConfig,
  'added_tokens.json': (text, kept) => JSON.stringify(renumbered(parseAddedTokens(text), kept)),
}

/** The files of a tokenizer, by name, rewritten for the tokens that stay. */
export function trimTokenizer(
  files: ReadonlyMap<string, string>,
  kept: KeptTokens,
): ReadonlyMap<string, string> {
  return new Map(
    [...files].map(([name, text]) => [name, REWRITERS[name]?.(text, kept) ?? text] as const),
  )
}

function trimTokenizerJson(content: TokenizerContent, kept: KeptTokens): TokenizerContent {
  const { added_tokens, model, post_processor, padding } = content
  return {
    ...content,
    added_tokens: kept.select(
      added_tokens,
      (token) => token.id,
      (token, newId) => ({ ...token, id: newId }),
    ),
    model: trimModel(model, kept),
    ...(post_processor ? { post_processor: trimProcessor(post_processor, kept) } : {}),
    ...(padding ? { padding: { ...padding, pad_id: kept.require(padding.pad_id) } } : {}),
  }
}

function trimModel(model: TokenizerContent['model'], kept: KeptTokens): TokenizerContent['model'] {
  if (isUnigram(model)) return trimUnigram(model, kept)
  const vocab = renumbered(model.vocab, kept)
  return isBpe(model) ? { ...model, vocab, merges: trimMerges(model, vocab) } : { ...model, vocab }
}

export function isUnigram(model: TokenizerContent['model']): model is UnigramContent {
  return Array.isArray(model.vocab)
}

export function isBpe(model: TokenizerContent['model']): model is BpeContent {
  return Array.isArray(model.merges)
}

function trimUnigram({ vocab, unk_id, ...rest }: UnigramContent, kept: KeptTokens): UnigramContent {
  return {
    ...rest,
    vocab: vocab.filter((_, id) => kept.has(id)),
    ...(unk_id == null ? {} : { unk_id: kept.require(unk_id) }),
  }
}

/** Merges whose token stays; their sides do as well, as `requiredTokens` sees to. */
function trimMerges(model: BpeContent, vocab: Readonly<Record<string, number>>) {
  return model.merges.filter((merge) => Object.hasOwn(vocab, mergedToken(mergeSides(merge), model)))
}

function trimProcessor(processor: ProcessorContent, kept: KeptTokens): ProcessorContent {
  const newId = (id: number) => kept.require(id)
  const { cls, sep, special_tokens, processors } = processor
  return {
    ...processor,
    ...(cls && { cls: [cls[0], newId(cls[1])] }),
    ...(sep && { sep: [sep[0], newId(sep[1])] }),
    ...(special_tokens && {
      special_tokens: Object.fromEntries(
        Object.entries(special_tokens).map(([name, token]) => [
          name,
          { ...token, ids: token.ids.map(newId) },
        ]),
      ),
    }),
    ...(processors && { processors: processors.map((step) => trimProcessor(step, kept)) }),
  }
}

function trimVocabularyFile(text: string, kept: KeptTokens): string {
  const lines: string[] = []
  for (const [token, id] of readVocabulary(text)) if (kept.has(id)) lines[kept.require(id)] = token
  return `${lines.join('\n')}\n`
}

function trimTokenizerConfig(text: string, kept: KeptTokens): string {
  const { added_tokens_decoder: decoder, ...config } = parseTokenizerConfig(text)
  if (!decoder) return text
  const added_tokens_decoder = Object.fromEntries(
    kept.select(
      Object.entries(decoder),
      ([id]) => Number(id),
      ([, token], newId) => [newId, token],
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
      ([token], newId) => [token, newId],
    ),
  )
}
