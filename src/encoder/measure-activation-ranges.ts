import type { Checkpoint } from '../checkpoint/index.ts'
import { type ActivationRanges, measureColumnRanges } from '../precision/index.ts'
import { createSession, type SessionOptions } from '../runtime/index.ts'
import { createTokenizer } from '../tokenizer/index.ts'
import { tokenizeText } from './text-preparation.ts'
import { tokenizerOptions } from './tokenizer-options.ts'

/**
 * The ranges of the inputs of a model's linear layers while it encodes some texts, one by one: what 8 bits need to
 * know. Some hundred texts like those that will be encoded are enough.
 * @throws RuntimeError when no runtime can run the model.
 */
export function measureActivationRanges(
  checkpoint: Checkpoint,
  texts: readonly string[],
  options: Omit<SessionOptions, 'workers'> = {},
): Promise<ActivationRanges> {
  const tokenizer = createTokenizer(checkpoint.tokenizerFiles, tokenizerOptions(checkpoint))
  const { maxLength } = checkpoint
  const tokens = texts.map((text) => {
    return tokenizeText(text, { prompt: '', maxLength }, { tokenizer }).ids
  })
  return measureColumnRanges(checkpoint, tokens, (graph) => createSession(graph, options))
}
