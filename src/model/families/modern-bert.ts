import { InputError } from '../../errors/index.ts'
import type { Value } from '../../graph/index.ts'
import { add, layerNormalization, multiply, reshape, slice } from '../../graph/operations.ts'
import { z } from '../../schema/index.ts'
import { type Dropout, keepAll } from '../attention.ts'
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
import { type Attended, type AttentionKind, rotaryAttention } from '../rotary-attention.ts'
import type { Weights } from '../weight-value.ts'
import {
  axis,
  count,
  dropoutRate,
  epsilon,
  parseFields,
  requireActivation,
  requireEvenHeads,
  requireWholeHeads,
  sizesOf,
  sizesSchema,
  tokenId,
  weightOf,
} from './config-schema.ts'
import { attentionKinds, ropeSchema, ropeThetas, withKinds } from './rope-config.ts'

/**
 * ModernBERT (Warner et al. 2024; reference: ModernBertModel of Hugging Face transformers): rotary
 * positions, most layers of local attention, GeGLU, normalization before each block.
 */
export const MODERN_BERT: Family<ModernBertConfig> = {
  name: 'ModernBERT',
  classes: { modernbert: { model: 'ModernBertModel', tokenizer: 'PreTrainedTokenizerFast' } },
  prefixes: ['', 'model.'],
  names: {
    table: 'embeddings.tok_embeddings.weight',
    layer: 'layers.',
    feedForward: ['mlp.Wi', 'mlp.Wo'],
    value: undefined,
  },
  parseConfig,
  weightShapes,
  selectLayers,
  encoder,
}

interface ModernBertConfig extends EncoderConfig {
  readonly normEpsilon: number
  /** By the layer. */
  readonly kinds: readonly AttentionKind[]
  /** Positions to each side that layers of local attention see. */
  readonly distance: number
  readonly theta: Readonly<Record<AttentionKind, number>>
  readonly biases: { readonly norm: boolean; readonly attention: boolean; readonly mlp: boolean }
}

const configSchema = z.looseObject({
  ...sizesSchema,
  ...ropeSchema,
  hidden_activation: z._default(z.string(), 'gelu'),
  norm_eps: z._default(epsilon, 1e-5),
  norm_bias: z._default(z.boolean(), false),
  attention_bias: z._default(z.boolean(), false),
  mlp_bias: z._default(z.boolean(), false),
  local_attention: z._default(count, 128),
  global_attn_every_n_layers: z._default(count, 3),
  global_rope_theta: z._default(z.number().check(z.positive()), 160_000),
  local_rope_theta: z.nullish(z.number().check(z.positive())),
  pad_token_id: tokenId,
  mlp_dropout: z._default(dropoutRate, 0),
  attention_dropout: z._default(dropoutRate, 0),
})

function parseConfig(content: unknown, path: string): ModernBertConfig {
  const raw = parseFields(configSchema, content, path)
  requireWholeHeads(raw, path)
  requireEvenHeads(raw.hidden_size / raw.num_attention_heads, path)
  const isGlobal = (layer: number) => layer % raw.global_attn_every_n_layers === 0
  const usual = (layer: number) => (isGlobal(layer) ? 'full_attention' : 'sliding_attention')
  return {
    ...sizesOf(raw, content),
    positionOffset: 0,
    typeVocabularySize: 1,
    activation: requireActivation('hidden_activation', raw.hidden_activation, path),
    padId: raw.pad_token_id ?? 50_283,
    hiddenDropout: raw.mlp_dropout,
    attentionDropout: raw.attention_dropout,
    normEpsilon: raw.norm_eps,
    kinds: attentionKinds(raw, usual, path),
    distance: Math.floor(raw.local_attention / 2),
    theta: {
      full_attention: raw.global_rope_theta,
      sliding_attention: raw.local_rope_theta ?? 10_000,
      ...ropeThetas(raw, path),
    },
    biases: { norm: raw.norm_bias, attention: raw.attention_bias, mlp: raw.mlp_bias },
  }
}

function* weightShapes({
  vocabularySize,
  hiddenSize,
  intermediateSize,
  layers,
  biases,
}: ModernBertConfig): Generator<WeightShape> {
  const hidden = axis('hidden', hiddenSize)
  const [norm, attention, mlp] = [
    { bias: biases.norm },
    { bias: biases.attention },
    { bias: biases.mlp },
  ]
  yield [MODERN_BERT.names.table, [axis('vocabulary', vocabularySize), hidden]]
  yield* weightOf('embeddings.norm', [hidden], norm)
  for (let layer = 0; layer < layers; layer += 1) {
    const name = `${MODERN_BERT.names.layer}${layer}`
    if (layer > 0) yield* weightOf(`${name}.attn_norm`, [hidden], norm)
    yield* weightOf(`${name}.attn.Wqkv`, [axis('heads', 3 * hiddenSize), hidden], attention)
    yield* weightOf(`${name}.attn.Wo`, [hidden, axis('heads', hiddenSize)], attention)
    yield* weightOf(`${name}.mlp_norm`, [hidden], norm)
    yield* weightOf(`${name}.mlp.Wi`, [axis('inner', 2 * intermediateSize), hidden], mlp)
    yield* weightOf(`${name}.mlp.Wo`, [hidden, axis('inner', intermediateSize)], mlp)
  }
  yield* weightOf('final_norm', [hidden], norm)
}

/** The first layer alone has no normalization in front of its attention: no other can take its place. */
function selectLayers(config: ModernBertConfig, kept: readonly number[]): ModernBertConfig {
  if (kept[0] !== 0) {
    throw new InputError(
      'distil-layers',
      `layers to keep of ${MODERN_BERT.name} must begin with layer 0, whose attention has no ` +
        `normalization in front of it, but are [${kept.join(', ')}]`,
      { facts: { requested: kept } },
    )
  }
  return withKinds(config, kept)
}

function encoder(
  inputs: EncoderInputs,
  { config, weights }: { readonly config: ModernBertConfig; readonly weights: Weights },
  options: EncoderOptions,
): EncoderStates {
  const { dropout = keepAll, linear = floatLayer } = options
  const { hiddenSize, heads, kinds, theta, distance } = config
  const patterns = { full_attention: {}, sliding_attention: { distance } }
  const shape = { heads, headSize: hiddenSize / heads, kinds, theta, patterns }
  const attend = rotaryAttention(inputs, shape, options)
  const words = tokenRows(weights, MODERN_BERT.names.table, inputs.ids)
  const rows = reshape(words, ['B*T', hiddenSize])
  const embedded = dropout(normalize(rows, config, weights.at('embeddings.norm')), 'hidden')
  return stackLayers(
    embedded,
    config.layers,
    (hidden, index) => {
      const at = weights.at(`${MODERN_BERT.names.layer}${index}`)
      return encoderLayer(hidden, { config, weights: at, attend: attend(index), dropout, linear })
    },
    (hidden) => normalize(hidden, config, weights.at('final_norm')),
  )
}

interface ModernBertBlock {
  readonly config: ModernBertConfig
  readonly weights: Weights
  readonly attend: (query: Value, key: Value, value: Value) => Attended
  readonly dropout: Dropout
  readonly linear: LinearLayer
}

/** x + attention(norm(x)), then the same with the feed-forward network, on rows [B*T,H]. */
function encoderLayer(input: Value, block: ModernBertBlock): LayerStates {
  const { config, weights, linear, dropout } = block
  const { hiddenSize } = config
  const before = weights.at('attn_norm')
  const normal = before.has('weight') ? normalize(input, config, before) : input
  const [query, key, value] = parts(linear(normal, weights.at('attn.Wqkv')), hiddenSize, 3)
  const attended = block.attend(query, key, value)
  const hidden = add(input, dropout(linear(attended.context, weights.at('attn.Wo')), 'hidden'))
  const mlp = feedForward(normalize(hidden, config, weights.at('mlp_norm')), block)
  return { query: attended.query, key: attended.key, value, hidden: add(hidden, mlp) }
}

/** W₂(activation(a)·b) with a and b the halves of W₁x (Shazeer 2020, "GLU variants"). */
function feedForward(x: Value, { config, weights, linear, dropout }: ModernBertBlock): Value {
  const [input, gate] = parts(linear(x, weights.at('mlp.Wi')), config.intermediateSize, 2)
  const inner = multiply(activate(input, config.activation), gate)
  return linear(dropout(inner, 'hidden'), weights.at('mlp.Wo'))
}

/** Columns of rows [N,count·size], `size` at a time. */
function parts(rows: Value, size: number, count: 3): readonly [Value, Value, Value]
function parts(rows: Value, size: number, count: 2): readonly [Value, Value]
function parts(rows: Value, size: number, count: number): readonly Value[] {
  return Array.from({ length: count }, (_, i) => slice(rows, 1, [i * size, (i + 1) * size]))
}

function normalize(x: Value, { normEpsilon }: ModernBertConfig, weights: Weights): Value {
  return layerNormalization(x, weights.value('weight'), weights.optional('bias'), normEpsilon)
}
