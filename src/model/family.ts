import type { Value } from '../graph/index.ts'
import type { AttentionOptions } from './attention.ts'
import type { LinearLayer } from './layers.ts'
import type { Activation } from './module-spec.ts'
import type { Weights } from './weight-value.ts'

/** The shape of an encoder, read from `config.json`: what every family has. */
export interface EncoderConfig {
  /** `model_type`, by which its family is known. */
  readonly modelType: string
  readonly vocabularySize: number
  readonly hiddenSize: number
  readonly layers: number
  readonly heads: number
  readonly intermediateSize: number
  /** Positions the encoder was made for; those before `positionOffset` are of no token. */
  readonly maxPositions: number
  /** The position of the first token: one after the padding's id for RoBERTa, 0 for the others. */
  readonly positionOffset: number
  /** Segments that texts of a pair are told apart by; 1 for encoders that know none. */
  readonly typeVocabularySize: number
  readonly activation: Activation
  readonly padId: number
  readonly hiddenDropout: number
  readonly attentionDropout: number
  /** `config.json` as it was read. */
  readonly raw: Readonly<Record<string, unknown>>
}

export interface EncoderInputs {
  /** [B,T] int64 */
  readonly ids: Value
  /** [B,T] int64: 1 for tokens, 0 for padding. */
  readonly mask: Value
  /** [B,T] int64; without them every token belongs to segment 0. */
  readonly typeIds?: Value | undefined
}

/** What the encoder computes on the way, for losses that look inside it. */
export interface EncoderStates {
  /** The embeddings, then what each layer gives: layers + 1 values, rows [B*T,H]. */
  readonly hiddenStates: readonly Value[]
  /** What each layer's attention compares and sums, rows [B*T,Q] and [B*T,K]. */
  readonly queries: readonly Value[]
  readonly keys: readonly Value[]
  readonly values: readonly Value[]
}

export interface EncoderOptions extends AttentionOptions {
  /** Default: products of float32 matrices. */
  readonly linear?: LinearLayer
}

/**
 * What the numbers along an axis of a weight stand for: the tokens of the vocabulary, components of
 * the hidden state, components of the attention heads one after another, inner components of the
 * feed-forward network, or something that never changes.
 */
export type AxisRole = 'vocabulary' | 'hidden' | 'heads' | 'inner' | 'fixed'

export interface Axis {
  readonly role: AxisRole
  readonly size: number
}

/** A weight of an encoder by its name in Hugging Face's model, with its axes. */
export type WeightShape = readonly [name: string, axes: readonly Axis[]]

/** Names of weights by their role; those of a layer are below `layer`, its number and a dot. */
export interface WeightNames {
  /** The table of tokens [V,H]. */
  readonly table: string
  /** `encoder.layer.` */
  readonly layer: string
  /** Linear layers of the feed-forward network, below a layer. */
  readonly feedForward: readonly string[]
  /** What the attention sums, below a layer; none where it is part of another weight. */
  readonly value: string | undefined
}

/** Classes of transformers for a kind of model. */
export interface EncoderClasses {
  readonly model: string
  /** The tokenizer's, for folders whose files name none. */
  readonly tokenizer: string
}

/**
 * A family of encoders: all that yuju knows of an architecture. The methods take the configuration that
 * `parseConfig` made.
 */
export interface Family<Config extends EncoderConfig = EncoderConfig> {
  /** What people call it. */
  readonly name: string
  /** By `model_type`, which says that a configuration is of the family: its classes in transformers. */
  readonly classes: Readonly<Record<string, EncoderClasses>>
  /** What model classes and wrappers put in front of the encoder's own names; '' is one of them. */
  readonly prefixes: readonly string[]
  readonly names: WeightNames
  /**
   * @param path what errors call the file
   * @throws CheckpointError for a configuration that the graph does not compute exactly.
   */
  parseConfig(content: unknown, path: string): Config
  /** Every weight of the encoder. Linear layers are [out, in], as PyTorch has them. */
  weightShapes(config: Config): Iterable<WeightShape>
  /**
   * The configuration with only some layers, numbered anew.
   * @throws InputError for layers that the family cannot do without.
   */
  selectLayers(config: Config, kept: readonly number[]): Config
  /**
   * The encoder as nodes of the graph its inputs belong to. Between the layers the hidden state is
   * kept as rows [B*T,H], so that each linear layer is one matrix product with the weight as it is
   * stored. The last hidden state holds the token vectors, whatever follows: a pooling or a head.
   */
  encoder(
    inputs: EncoderInputs,
    model: { readonly config: Config; readonly weights: Weights },
    options: EncoderOptions,
  ): EncoderStates
}
