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
 * Splits texts into tokens, in turns with the program's other work. `firstNumber` is the number that
 * errors call the first text by.
 * @throws InputError for a text over the limit where the policy is `error`.
 */
export async function prepareTexts(
  texts: readonly string[],
  settings: TextSettings,
  tools: TextTools & { readonly firstNumber: number },
): Promise<PreparedText[]> {
  const promptLength = excludesPrompt(tools.checkpoint) ? promptTokens(settings, tools) : 0
  const pool = texts.length > 1 ? new TokenPool() : undefined
  const prepare = (text: string, index: number): PreparedText => {
    const { ids, truncated } = tokenizeText(text, settings, tools)
    if (truncated > 0 && settings.truncate === 'error') {
      throw tooLong(tools.firstNumber + index, truncated, settings)
    }
    return { ids: pool?.keep(ids) ?? ids, truncated, promptLength }
  }
  return mapInTurns(texts, prepare, settings.signal)
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

/**
 * Splits pairs of texts into tokens, as `prepareTexts` does texts; the prompt stands before the first
 * text of each. Where a pair is too long, the longer text loses tokens first.
 * @throws InputError for a pair over the limit where the policy is `error`.
 */
export async function preparePairs(
  pairs: readonly TextPair[],
  settings: TextSettings,
  { firstNumber, ...tools }: TextTools & { readonly firstNumber: number },
): Promise<PreparedText[]> {
  const pool = pairs.length > 1 ? new TokenPool() : undefined
  const prepare = (texts: TextPair, index: number): PreparedText => {
    const pair = tokenizePair(texts, settings, tools)
    const { truncated } = pair
    if (truncated > 0 && settings.truncate === 'error') {
      throw tooLong(firstNumber + index, truncated, settings)
    }
    const keep = (tokens: Int32Array) => pool?.keep(tokens) ?? tokens
    return { ids: keep(pair.ids), typeIds: keep(pair.typeIds), truncated, promptLength: 0 }
  }
  return mapInTurns(pairs, prepare, settings.signal)
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
