import type { Activation } from './module-spec.ts'

/** The shape of a BERT encoder, read from `config.json`. */
export interface BertConfig {
  readonly vocabularySize: number
  readonly hiddenSize: number
  readonly layers: number
  readonly heads: number
  readonly intermediateSize: number
  readonly maxPositions: number
  readonly typeVocabularySize: number
  readonly layerNormEpsilon: number
  readonly activation: Activation
  readonly padId: number
  readonly hiddenDropout: number
  readonly attentionDropout: number
  /** `config.json` as it was read; saving writes it back with the fields above brought up to date. */
  readonly raw: Readonly<Record<string, unknown>>
}
