import { familyOf } from './families.ts'
import type { EncoderConfig } from './family.ts'
import type { ModuleSpec } from './module-spec.ts'
import type { WeightMap } from './weight.ts'

/**
 * A model, described: what its graph is made of. A static model (`isStatic`) has a configuration
 * without layers, and its table as its only weight.
 */
export interface StoredModel {
  readonly config: EncoderConfig
  /**
   * The encoder's weights under the names of Hugging Face's model of its family, without any prefix,
   * for BERT `embeddings.word_embeddings.weight`, `encoder.layer.0.attention.self.query.weight` …
   */
  readonly weights: WeightMap
  /** What follows the encoder, in order: a pooling, then any of dense and normalize. */
  readonly modules: readonly ModuleSpec[]
}

/** The name of a static model's table. */
export const TABLE_NAME = 'embeddings.word_embeddings.weight'

/** Texts have no limit of their own. */
export const NO_LIMIT = Number.MAX_SAFE_INTEGER

/** Whether a model is a table of vectors, without an encoder. */
export function isStatic({ config }: Pick<StoredModel, 'config'>): boolean {
  return config.layers === 0
}

/** The name of a model's table of tokens [V,H]. */
export function tableName(model: Pick<StoredModel, 'config'>): string {
  return isStatic(model) ? TABLE_NAME : familyOf(model.config).names.table
}

/** The configuration of a static model of `vocabularySize` tokens: no layers, heads or positions. */
export function staticConfig(vocabularySize: number, dimensions: number): EncoderConfig {
  return {
    modelType: 'static',
    vocabularySize,
    hiddenSize: dimensions,
    layers: 0,
    heads: 0,
    intermediateSize: 0,
    maxPositions: NO_LIMIT,
    positionOffset: 0,
    typeVocabularySize: 1,
    activation: 'identity',
    padId: 0,
    hiddenDropout: 0,
    attentionDropout: 0,
    raw: { architectures: ['StaticEmbedding'] },
  }
}

/** D, the length of a model's vectors: the hidden size, as its modules change it. */
export function embeddingWidth({
  config,
  modules,
}: Pick<StoredModel, 'config' | 'modules'>): number {
  return modules.reduce((width, module) => {
    switch (module.kind) {
      case 'pooling':
        return width * module.modes.length
      case 'dense':
        return module.outFeatures
      case 'normalize':
        return width
      case 'logit_score':
        return 1
      default:
        return module satisfies never
    }
  }, config.hiddenSize)
}
