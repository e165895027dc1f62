import type { SentenceEncoder } from '../../encoder/index.ts'
import type { ModelDescription } from './engine.ts'

/** What a server has to know of an encoder's model. */
export function describeModel(encoder: SentenceEncoder): ModelDescription {
  const { checkpoint, tokenizer } = encoder
  const [weight] = checkpoint.weights.values()
  const pooling = checkpoint.modules.find(({ kind }) => kind === 'pooling')
  return {
    dimensions: encoder.dimensions,
    hiddenSize: checkpoint.config.hiddenSize,
    maxLength: encoder.maxLength,
    vocabularySize: tokenizer.vocabularySize,
    similarity: encoder.similarityName,
    pooling: pooling?.kind === 'pooling' ? pooling.modes.join('+') : 'none',
    weightType: weight?.type ?? 'float32',
    backend: encoder.backend,
    precision: encoder.precision,
    prompts: checkpoint.prompts,
    defaultPromptName: checkpoint.defaultPromptName,
  }
}
