import type { Embeddings } from './embeddings.ts'
import { encodeSettings } from './encode-settings.ts'
import type { EncoderParts } from './encoder.ts'
import { EncodingPipeline } from './encoding-pipeline.ts'
import { pairsOfNeighbours, preparePairs, prepareTexts } from './text-preparation.ts'

/**
 * What tells whether a model computes as it should: the vectors of some texts without a prompt, or the
 * logits that a cross-encoder gives each of them with the one after it.
 */
export function checkOutputs(parts: EncoderParts, texts: readonly string[]): Promise<Embeddings> {
  const settings = encodeSettings({ prompt: '', truncate: 'silent' }, parts)
  if (!parts.checkpoint.crossEncoder) {
    return new EncodingPipeline(parts, 'texts', prepareTexts).encode(texts, settings)
  }
  const pairs = pairsOfNeighbours(texts)
  return new EncodingPipeline(parts, 'pairs', preparePairs).encode(pairs, settings)
}
