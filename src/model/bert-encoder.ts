import type { BertConfig } from '../checkpoint/portable.ts'
import type { Value } from '../graph/index.ts'
import { add, cast, gather, layerNormalization, reshape, slice } from '../graph/operations.ts'
import { activate } from './activation.ts'
import { type Attention, type AttentionOptions, attention } from './attention.ts'
import { type Dropout, keepAll } from './dropout.ts'
import { floatLayer, type LinearLayer } from './linear-layer.ts'
import type { Weights } from './weight-value.ts'

export interface EncoderInputs {
  /** [B,T] int64 */
  readonly ids: Value
  /** [B,T] int64: 1 for tokens, 0 for padding. */
  readonly mask: Value
  /** [B,T] int64; where it is left out, every token belongs to segment 0. */
  readonly typeIds?: Value | undefined
}

/** What the encoder computes on the way, for losses that look inside it. */
export interface EncoderStates {
  /** The embeddings, then what each layer gives: layers + 1 values, rows [B*T,H]. */
  readonly hiddenStates: readonly Value[]
  /** What each layer's attention compares and sums, rows [B*T,H]. */
  readonly queries: readonly Value[]
  readonly keys: readonly Value[]
  readonly values: readonly Value[]
}

export interface EncoderOptions extends AttentionOptions {
  /** Default: products of float32 matrices. */
  readonly linear?: LinearLayer
}

/**
 * The BERT encoder (Devlin et al. 2019; reference: BertModel of Hugging Face transformers, without
 * its pooler). The last hidden state holds the token vectors.
 *
 * Between the layers the hidden state is kept as rows [B*T,H], so that each linear layer is one
 * matrix product with the weight as it is stored.
 */
export function bertEncoder(
  inputs: EncoderInputs,
  { config, weights }: { readonly config: BertConfig; readonly weights: Weights },
  options: EncoderOptions,
): EncoderStates {
  const attend = attention(inputs.mask, config, options)
  const { dropout = keepAll, linear = floatLayer } = options
  const embedded = embeddings(inputs, config, weights.at('embeddings'))
  const layers: LayerStates[] = []
  let hidden = dropout(embedded, 'hidden')
  const hiddenStates = [hidden]
  for (let number = 0; number < config.layers; number += 1) {
    const at = weights.at(`encoder.layer.${number}`)
    const layer = encoderLayer(hidden, { config, weights: at, attend, dropout, linear })
    layers.push(layer)
    hidden = layer.hidden
    hiddenStates.push(hidden)
  }
  return {
    hiddenStates,
    queries: layers.map(({ query }) => query),
    keys: layers.map(({ key }) => key),
    values: layers.map(({ value }) => value),
  }
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
  readonly dropout: Dropout
  readonly linear: LinearLayer
}

interface LayerStates {
  readonly query: Value
  readonly key: Value
  readonly value: Value
  readonly hidden: Value
}

/** One transformer layer on rows [B*T,H], normalised after each residual sum. */
function encoderLayer(input: Value, layer: Layer): LayerStates {
  const { config, weights, linear } = layer
  const project = (name: string) => linear(input, weights.at(`attention.self.${name}`))
  const [query, key, value] = [project('query'), project('key'), project('value')]
  const context = layer.attend(query, key, value)
  const attended = residual(context, input, { ...layer, weights: weights.at('attention.output') })
  const inner = activate(linear(attended, weights.at('intermediate.dense')), config.activation)
  const hidden = residual(inner, attended, { ...layer, weights: weights.at('output') })
  return { query, key, value, hidden }
}

/** LayerNorm(skipped + W·x + b) */
function residual(x: Value, skipped: Value, layer: Layer): Value {
  const { config, weights, dropout, linear } = layer
  const sum = add(skipped, dropout(linear(x, weights.at('dense')), 'hidden'))
  return layerNorm(sum, config, weights)
}

function layerNorm(x: Value, { layerNormEpsilon }: BertConfig, weights: Weights): Value {
  const scale = weights.value('LayerNorm.weight')
  return layerNormalization(x, scale, weights.value('LayerNorm.bias'), layerNormEpsilon)
}
