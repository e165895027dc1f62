import type { BertConfig, WeightMap } from '../checkpoint/index.ts'
import type { Value } from '../graph/index.ts'
import {
  add,
  cast,
  gather,
  layerNormalization,
  linear,
  reshape,
  slice,
} from '../graph/operations.ts'
import { activate } from './activation.ts'
import { type Attention, type AttentionKernel, attention } from './attention.ts'
import { Weights } from './weight-value.ts'

export interface EncoderInputs {
  /** [B,T] int64 */
  readonly ids: Value
  /** [B,T] int64: 1 for pieces, 0 for padding. */
  readonly mask: Value
  /** [B,T] int64; where it is left out, every piece belongs to segment 0. */
  readonly typeIds?: Value | undefined
}

export interface EncoderOptions {
  readonly attention: AttentionKernel
}

/**
 * The BERT encoder (Devlin et al. 2019; reference: BertModel of Hugging Face transformers, without
 * its pooler): token vectors [B,T,H].
 *
 * Between the layers the hidden state is kept as rows [B*T,H], so that each linear layer is one
 * matrix product with the weight as it is stored.
 */
export function bertEncoder(
  inputs: EncoderInputs,
  model: { readonly config: BertConfig; readonly weights: WeightMap },
  options: EncoderOptions,
): Value {
  const { config } = model
  const weights = new Weights(inputs.ids.graph, model.weights)
  const attend = attention(inputs.mask, config, options.attention)
  let hidden = embeddings(inputs, config, weights.at('embeddings'))
  for (let layer = 0; layer < config.layers; layer += 1) {
    hidden = encoderLayer(hidden, { config, weights: weights.at(`encoder.layer.${layer}`), attend })
  }
  return reshape(hidden, ['B', 'T', config.hiddenSize])
}

/** LayerNorm(word + segment + position), as rows [B*T,H]. */
function embeddings({ ids, typeIds }: EncoderInputs, config: BertConfig, weights: Weights): Value {
  // The word table is the largest weight: rows are converted after they are picked, not all before.
  const words = cast(gather(weights.stored('word_embeddings.weight'), ids), 'float32')
  const types = weights.value('token_type_embeddings.weight')
  const segments = typeIds ? gather(types, typeIds) : slice(types, 0, [0, 1])
  const sum = add(add(words, segments), positions(config, weights))
  return reshape(layerNorm(sum, config, weights), ['B*T', config.hiddenSize])
}

/** [T,H]: position vectors from the first position the architecture uses. */
function positions({ positionOffset, maxPositions }: BertConfig, weights: Weights): Value {
  const table = weights.value('position_embeddings.weight')
  const used = positionOffset === 0 ? table : slice(table, 0, [positionOffset, maxPositions])
  return slice(used, 0, [0, 'T'])
}

interface Layer {
  readonly config: BertConfig
  readonly weights: Weights
  readonly attend: Attention
}

/** One transformer layer on rows [B*T,H], normalised after each residual sum. */
function encoderLayer(hidden: Value, { config, weights, attend }: Layer): Value {
  const project = (name: string) => dense(hidden, weights.at(`attention.self.${name}`))
  const context = attend(project('query'), project('key'), project('value'))
  const attended = residual(context, hidden, { config, weights: weights.at('attention.output') })
  const inner = activate(dense(attended, weights.at('intermediate.dense')), config.activation)
  return residual(inner, attended, { config, weights: weights.at('output') })
}

/** LayerNorm(skipped + W·x + b) */
function residual(x: Value, skipped: Value, { config, weights }: Omit<Layer, 'attend'>): Value {
  return layerNorm(add(skipped, dense(x, weights.at('dense'))), config, weights)
}

function dense(rows: Value, weights: Weights): Value {
  return linear(rows, weights.value('weight'), weights.value('bias'))
}

function layerNorm(x: Value, { layerNormEpsilon }: BertConfig, weights: Weights): Value {
  const scale = weights.value('LayerNorm.weight')
  return layerNormalization(x, scale, weights.value('LayerNorm.bias'), layerNormEpsilon)
}
