import type { Value } from '../../graph/index.ts'
import { add, gather, layerNormalization, reshape, slice } from '../../graph/operations.ts'
import { z } from '../../schema/index.ts'
import { type Attention, attention, type Dropout, keepAll } from '../attention.ts'
import type {
  EncoderConfig,
  EncoderInputs,
  EncoderOptions,
  EncoderStates,
  Family,
  WeightShape,
} from '../family.ts'
import {
  activate,
  floatLayer,
  type LayerStates,
  type LinearLayer,
  stackLayers,
  tokenRows,
} from '../layers.ts'
import type { Weights } from '../weight-value.ts'
import {
  axis,
  count,
  dropoutRate,
  epsilon,
  parseFields,
  refusedConfig,
  requireActivation,
  requireWholeHeads,
  sizesOf,
  sizesSchema,
  tokenId,
  weightAndBias,
  withLayers,
} from './config-schema.ts'

/**
 * The BERT encoder (Devlin et al. 2019; reference: BertModel of Hugging Face transformers, without its
 * pooler) and those that differ from it by their first position: RoBERTa, XLM-R, CamemBERT.
 */
export const BERT: Family<BertConfig> = {
  name: 'BERT',
  classes: {
    bert: { model: 'BertModel', tokenizer: 'BertTokenizer' },
    roberta: { model: 'RobertaModel', tokenizer: 'RobertaTokenizer' },
    'xlm-roberta': { model: 'XLMRobertaModel', tokenizer: 'XLMRobertaTokenizer' },
    camembert: { model: 'CamembertModel', tokenizer: 'CamembertTokenizer' },
  },
  prefixes: ['', 'bert.', 'roberta.', 'model.', '0.auto_model.', 'auto_model.'],
  names: {
    table: 'embeddings.word_embeddings.weight',
    layer: 'encoder.layer.',
    feedForward: ['intermediate.dense', 'output.dense'],
    value: 'attention.self.value',
  },
  parseConfig,
  weightShapes,
  selectLayers: withLayers,
  encoder,
}

export interface BertConfig extends EncoderConfig {
  readonly layerNormEpsilon: number
}

interface Positions {
  readonly begin: 'at zero' | 'after padding'
  /** Where `config.json` names none. */
  readonly padId: number
}
const AFTER_PADDING: Positions = { begin: 'after padding', padId: 1 }
const POSITIONS: Readonly<Record<string, Positions>> = {
  roberta: AFTER_PADDING,
  'xlm-roberta': AFTER_PADDING,
  camembert: AFTER_PADDING,
}

const configSchema = z.looseObject({
  ...sizesSchema,
  type_vocab_size: count,
  layer_norm_eps: z._default(epsilon, 1e-12),
  hidden_act: z._default(z.string(), 'gelu'),
  pad_token_id: tokenId,
  hidden_dropout_prob: z._default(dropoutRate, 0.1),
  attention_probs_dropout_prob: z._default(dropoutRate, 0.1),
  position_embedding_type: z.nullish(z.string()),
  is_decoder: z.nullish(z.boolean()),
})
type RawConfig = z.infer<typeof configSchema>

function parseConfig(content: unknown, path: string): BertConfig {
  const raw = parseFields(configSchema, content, path)
  requireAbsolutePositions(raw, path)
  requireWholeHeads(raw, path)
  const { begin, padId: usualPadId } = POSITIONS[raw.model_type] ?? { begin: 'at zero', padId: 0 }
  const padId = raw.pad_token_id ?? usualPadId
  const positionOffset = begin === 'after padding' ? padId + 1 : 0
  requirePositions(raw, positionOffset, path)
  return {
    ...sizesOf(raw, content),
    positionOffset,
    typeVocabularySize: raw.type_vocab_size,
    layerNormEpsilon: raw.layer_norm_eps,
    activation: requireActivation('hidden_act', raw.hidden_act, path),
    padId,
    hiddenDropout: raw.hidden_dropout_prob,
    attentionDropout: raw.attention_probs_dropout_prob,
  }
}

function requireAbsolutePositions(raw: RawConfig, path: string): void {
  const positions = raw.position_embedding_type ?? 'absolute'
  if (positions !== 'absolute') {
    throw refusedConfig(path, `position_embedding_type is ${positions}; only absolute is supported`)
  }
  if (raw.is_decoder) throw refusedConfig(path, 'is_decoder is true; only encoders are supported')
}

function requirePositions(raw: RawConfig, offset: number, path: string): void {
  const { max_position_embeddings: rows } = raw
  if (rows > offset) return
  throw refusedConfig(path, `max_position_embeddings ${rows} leaves no position after ${offset}`)
}

function* weightShapes(config: BertConfig): Generator<WeightShape> {
  const hidden = axis('hidden', config.hiddenSize)
  const heads = axis('heads', config.hiddenSize)
  const inner = axis('inner', config.intermediateSize)
  const table = (name: string, rows: number): WeightShape => [name, [axis('fixed', rows), hidden]]
  yield [BERT.names.table, [axis('vocabulary', config.vocabularySize), hidden]]
  yield table('embeddings.position_embeddings.weight', config.maxPositions)
  yield table('embeddings.token_type_embeddings.weight', config.typeVocabularySize)
  yield* weightAndBias('embeddings.LayerNorm', hidden)
  for (let layer = 0; layer < config.layers; layer += 1) {
    const name = `${BERT.names.layer}${layer}`
    for (const part of ['query', 'key', 'value']) {
      yield* weightAndBias(`${name}.attention.self.${part}`, heads, [hidden])
    }
    yield* weightAndBias(`${name}.attention.output.dense`, hidden, [heads])
    yield* weightAndBias(`${name}.attention.output.LayerNorm`, hidden)
    yield* weightAndBias(`${name}.intermediate.dense`, inner, [hidden])
    yield* weightAndBias(`${name}.output.dense`, hidden, [inner])
    yield* weightAndBias(`${name}.output.LayerNorm`, hidden)
  }
}

function encoder(
  inputs: EncoderInputs,
  { config, weights }: { readonly config: BertConfig; readonly weights: Weights },
  options: EncoderOptions,
): EncoderStates {
  const { heads, hiddenSize } = config
  const attend = attention(inputs.mask, { heads, headSize: hiddenSize / heads }, options)
  const { dropout = keepAll, linear = floatLayer } = options
  const embedded = embeddings(inputs, config, weights.at('embeddings'))
  return stackLayers(dropout(embedded, 'hidden'), config.layers, (hidden, index) => {
    const at = weights.at(`${BERT.names.layer}${index}`)
    return encoderLayer(hidden, { config, weights: at, attend, dropout, linear })
  })
}

/** LayerNorm(word + segment + position), as rows [B*T,H]. */
function embeddings({ ids, typeIds }: EncoderInputs, config: BertConfig, weights: Weights): Value {
  const words = tokenRows(weights, 'word_embeddings.weight', ids)
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
