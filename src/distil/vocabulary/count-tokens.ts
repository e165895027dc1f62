import type { Checkpoint } from '../../checkpoint/index.ts'
import { blocksOf, choosePrompt, prepareTexts, tokenizerOptions } from '../../encoder/index.ts'
import { createTokenizer } from '../../tokenizer/index.ts'

/** How texts are tokenized when their tokens are counted. */
export interface CountOptions {
  /** Put before every text. Default: the model's default prompt. */
  readonly prompt?: string
  readonly signal?: AbortSignal
}

/** Texts counted at a time. */
const BLOCK = 4096

/**
 * How often a model sees each token of its vocabulary in these texts, special tokens included and
 * what its limit truncates not: [tokens], by id.
 */
export async function countTokens(
  checkpoint: Checkpoint,
  texts: Iterable<string> | AsyncIterable<string>,
  options: CountOptions = {},
): Promise<Float64Array> {
  const tokenizer = createTokenizer(checkpoint.tokenizerFiles, tokenizerOptions(checkpoint))
  const counts = new Float64Array(tokenizer.vocabularySize)
  const settings = {
    prompt: choosePrompt(options, checkpoint),
    maxLength: checkpoint.maxLength,
    truncate: 'silent',
    signal: options.signal,
  } as const
  const tools = { tokenizer, checkpoint, firstIndex: 0 }
  for await (const block of blocksOf(texts, BLOCK)) {
    for (const { ids } of await prepareTexts(block, settings, tools)) {
      for (const id of ids) counts[id] = (counts[id] ?? 0) + 1
    }
  }
  return counts
}
