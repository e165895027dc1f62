import type { Checkpoint } from '../checkpoint/index.ts'
import { type ActivationRanges, measureColumnRanges } from '../precision/index.ts'
import { createSession, type RuntimeSessionOptions } from '../runtime/index.ts'
import { createTokenizer } from '../tokenizer/index.ts'
import { pairsOfNeighbours, tokenizePair } from './text-preparation.ts'
import { tokenizerOptions } from './tokenizer-options.ts'

/**
 * The ranges of the inputs of a model's linear layers while it encodes some texts, one by one: what 8 bits need to
 * know. Some hundred texts like those that will be encoded are enough. A cross-encoder reads each with the
 * one after it.
 * @throws RuntimeError when no runtime can run the model.
 */
export function measureActivationRanges(
  checkpoint: Checkpoint,
  texts: readonly string[],
  options: Omit<RuntimeSessionOptions, 'workers'> = {},
): Promise<ActivationRanges> {
  const tokenizer = createTokenizer(checkpoint.tokenizerFiles, tokenizerOptions(checkpoint))
  const settings = { prompt: '', maxLength: checkpoint.maxLength }
  const tools = { tokenizer, checkpoint }
  const tokens = checkpoint.crossEncoder
    ? pairsOfNeighbours(texts).map((pair) => tokenizePair(pair, settings, tools))
    : texts.map((text) => tokenizer.encode(text, settings))
  return measureColumnRanges(checkpoint, tokens, (graph) => createSession(graph, options))
}
