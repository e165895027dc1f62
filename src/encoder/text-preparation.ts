import type { Checkpoint } from '../checkpoint/portable.ts'
import { InputError } from '../errors/index.ts'
import { excludesPrompt } from '../model/index.ts'
import type { Encoding, Tokenizer } from '../tokenizer/index.ts'
import { askedPair } from './asked-pair.ts'
import { mapInTurns } from './batch-runner.ts'
import type { BatchRow } from './batch-tensors.ts'
import type { OutputType } from './constants.ts'
import type { EncodeSettings } from './encode-settings.ts'
import { TokenPool } from './token-pool.ts'

/** A text ready for a batch. */
export interface PreparedText extends BatchRow {
  /** Tokens truncated. */
  readonly truncated: number
}

/** Two texts that are read as one row. */
export type TextPair = readonly [string, string]

export interface TextTools {
  readonly tokenizer: Tokenizer
  readonly checkpoint: Checkpoint
}

interface PrepareTools extends TextTools {
  readonly firstIndex: number
}

type TextSettings = Pick<EncodeSettings<OutputType>, 'prompt' | 'maxLength' | 'truncate' | 'signal'>

/**
 * One text as tokens: prompt in front, truncated to the limit, where there is one.
 */
export function tokenizeText(
  text: string,
  settings: Pick<TextSettings, 'prompt'> & { readonly maxLength?: number },
  { tokenizer }: Pick<TextTools, 'tokenizer'>,
): Encoding {
  return tokenizer.encode(settings.prompt + text, settings)
}

/**
 * Splits texts into tokens, in turns with the program's other work. `firstIndex` is the index that
 * errors call the first text by.
 * @throws InputError for a text over the limit where the policy is `error`.
 */
export async function prepareTexts(
  texts: readonly string[],
  settings: TextSettings,
  tools: PrepareTools,
): Promise<PreparedText[]> {
  const promptLength = excludesPrompt(tools.checkpoint) ? promptTokens(settings, tools) : 0
  const tokenize = (text: string): PreparedText => {
    const { ids, truncated } = tokenizeText(text, settings, tools)
    return { ids, truncated, promptLength }
  }
  return prepareAll(texts, tokenize, settings, tools)
}

/** A pair of texts as the row of tokens that a cross-encoder reads. */
export function tokenizePair(
  pair: TextPair,
  settings: Pick<TextSettings, 'prompt' | 'maxLength'>,
  { tokenizer, checkpoint }: TextTools,
): Encoding {
  if (checkpoint.crossEncoder?.question) return askedPair(tokenizer, pair, settings)
  const [first, second] = pair
  return tokenizer.encodePair(settings.prompt + first, second, settings)
}

/** Each text with the one after it, the last with the first: pairs where only texts are at hand. */
export function pairsOfNeighbours(texts: readonly string[]): TextPair[] {
  return texts.map((text, index) => [text, texts[(index + 1) % texts.length] ?? ''])
}

/**
 * Splits pairs of texts into tokens, as `prepareTexts` does texts; the prompt stands before the first
 * text of each. Where a pair is too long, the longer text loses tokens first.
 * @throws InputError for a pair over the limit where the policy is `error`.
 */
export async function preparePairs(
  pairs: readonly TextPair[],
  settings: TextSettings,
  tools: PrepareTools,
): Promise<PreparedText[]> {
  const tokenize = (pair: TextPair): PreparedText => {
    const { ids, typeIds, truncated } = tokenizePair(pair, settings, tools)
    return { ids, typeIds, truncated, promptLength: 0 }
  }
  return prepareAll(pairs, tokenize, settings, tools)
}

function prepareAll<Item>(
  items: readonly Item[],
  tokenize: (item: Item) => PreparedText,
  settings: TextSettings,
  { firstIndex }: PrepareTools,
): Promise<PreparedText[]> {
  const pool = items.length > 1 ? new TokenPool() : undefined
  const keep = (tokens: Int32Array) => pool?.keep(tokens) ?? tokens
  const prepare = (item: Item, index: number): PreparedText => {
    const { ids, typeIds, ...counts } = tokenize(item)
    if (counts.truncated > 0 && settings.truncate === 'error') {
      throw tooLong(firstIndex + index, counts.truncated, settings)
    }
    return { ids: keep(ids), ...(typeIds && { typeIds: keep(typeIds) }), ...counts }
  }
  return mapInTurns(items, prepare, settings.signal)
}

/** Tokens of the prompt with its opening special token. Reference: get_prompt_length. */
function promptTokens(settings: TextSettings, tools: TextTools): number {
  if (settings.prompt === '') return 0
  return tokenizeText('', settings, tools).ids.length - 1
}

function tooLong(index: number, truncated: number, { maxLength }: TextSettings): InputError {
  return new InputError(
    'text-too-long',
    `the text at index ${index} has ${truncated} tokens more than the limit of ${maxLength}; ` +
      "shorten it, or have it truncated with truncate: 'warn' or 'silent'",
    { facts: { index, truncated, maxLength } },
  )
}
