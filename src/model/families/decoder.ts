import type { Value } from '../../graph/index.ts'
import { add, multiply, reshape } from '../../graph/operations.ts'
import { type Dropout, keepAll, type OperatorKind } from '../attention.ts'
import type {
  EncoderConfig,
  EncoderInputs,
  EncoderOptions,
  EncoderStates,
  Family,
  WeightNames,
  WeightShape,
} from '../family.ts'
import {
  activate,
  floatLayer,
  type LayerStates,
  type LinearLayer,
  rmsNorm,
  stackLayers,
  tokenRows,
} from '../layers.ts'
import { type Attended, type RotaryAttentionShape, rotaryAttention } from '../rotary-attention.ts'
import type { Weights } from '../weight-value.ts'
import { axis, weightOf } from './config-schema.ts'
import { withKinds } from './rope-config.ts'

/**
 * What decoders of language models have in common that are used as encoders: keys and values in groups,
 * queries and keys normalized head by head and turned by position, a gated feed-forward network,
 * root-mean-square normalizations. How they differ is in their configuration.
 */
export interface DecoderConfig extends EncoderConfig, RotaryAttentionShape {
  readonly groups: number
  readonly normEpsilon: number
  readonly attentionBias: boolean
  readonly norms: LayerNorms
  /** What normalizations multiply by: the stored weight, or one more. */
  readonly normScale: 'weight' | 'one more'
  /** What the rows of the table are multiplied by. */
  readonly embeddingScale: number
}

/** Names of a layer's normalizations. */
export interface LayerNorms {
  readonly beforeAttention: string
  readonly afterAttention?: string
  readonly beforeMlp: string
  readonly afterMlp?: string
}

const DECODER_NAMES: WeightNames = {
  table: 'embed_tokens.weight',
  layer: 'layers.',
  feedForward: ['mlp.gate_proj', 'mlp.up_proj', 'mlp.down_proj'],
  value: undefined,
}

/** What model classes and wrappers put in front of a decoder's names. */
const DECODER_PREFIXES = ['', 'model.', '0.auto_model.', 'auto_model.']

/** A family whose encoder is a decoder of language models. */
export function decoderFamily(
  family: Pick<Family<DecoderConfig>, 'name' | 'classes' | 'parseConfig'>,
): Family<DecoderConfig> {
  return {
    ...family,
    prefixes: DECODER_PREFIXES,
    names: DECODER_NAMES,
    weightShapes: decoderShapes,
    selectLayers: withKinds,
    encoder: decoder,
  }
}

function* decoderShapes(config: DecoderConfig): Generator<WeightShape> {
  const { heads, groups, headSize, norms } = config
  const hidden = axis('hidden', config.hiddenSize)
  const inner = axis('inner', config.intermediateSize)
  const [queries, keys] = [axis('heads', heads * headSize), axis('fixed', groups * headSize)]
  const bias = { bias: config.attentionBias }
  const none = { bias: false }
  yield [DECODER_NAMES.table, [axis('vocabulary', config.vocabularySize), hidden]]
  for (let layer = 0; layer < config.layers; layer += 1) {
    const name = `${DECODER_NAMES.layer}${layer}`
    yield* weightOf(`${name}.self_attn.q_proj`, [queries, hidden], bias)
    yield* weightOf(`${name}.self_attn.k_proj`, [keys, hidden], bias)
    yield* weightOf(`${name}.self_attn.v_proj`, [keys, hidden], bias)
    yield* weightOf(`${name}.self_attn.o_proj`, [hidden, queries], bias)
    yield* weightOf(`${name}.self_attn.q_norm`, [axis('fixed', headSize)], none)
    yield* weightOf(`${name}.self_attn.k_norm`, [axis('fixed', headSize)], none)
    yield* weightOf(`${name}.mlp.gate_proj`, [inner, hidden], none)
    yield* weightOf(`${name}.mlp.up_proj`, [inner, hidden], none)
    yield* weightOf(`${name}.mlp.down_proj`, [hidden, inner], none)
    for (const norm of Object.values(norms)) yield* weightOf(`${name}.${norm}`, [hidden], none)
  }
  yield* weightOf('norm', [hidden], none)
}

function decoder(
  inputs: EncoderInputs,
  { config, weights }: { readonly config: DecoderConfig; readonly weights: Weights },
  options: EncoderOptions,
): EncoderStates {
  const { dropout = keepAll, linear = floatLayer, operators } = options
  const attend = rotaryAttention(inputs, config, options)
  const words = reshape(tokenRows(weights, DECODER_NAMES.table, inputs.ids), [
    'B*T',
    config.hiddenSize,
  ])
  const scaled = config.embeddingScale === 1 ? words : multiply(words, config.embeddingScale)
  const block = { config, dropout, linear, operators }
  return stackLayers(
    dropout(scaled, 'hidden'),
    config.layers,
    (hidden, index) => {
      const at = weights.at(`${DECODER_NAMES.layer}${index}`)
      return decoderLayer(hidden, { ...block, weights: at, attend: attend(index) })
    },
    (hidden) => normalized(hidden, 'norm', { ...block, weights }),
  )
}

interface Normalizing {
  readonly config: DecoderConfig
  readonly weights: Weights
  readonly operators: OperatorKind
}

interface DecoderBlock extends Normalizing {
  readonly attend: (query: Value, key: Value, value: Value) => Attended
  readonly dropout: Dropout
  readonly linear: LinearLayer
}

/** x + attention(norm(x)), then the same with the feed-forward network, on rows [B*T,H]. */
function decoderLayer(input: Value, block: DecoderBlock): LayerStates {
  const { weights, linear, dropout, config } = block
  const { beforeAttention, afterAttention, beforeMlp, afterMlp } = config.norms
  const { query, key, value, context } = selfAttention(
    normalized(input, beforeAttention, block),
    block,
  )
  const attended = normalized(
    linear(context, weights.at('self_attn.o_proj')),
    afterAttention,
    block,
  )
  const hidden = add(input, dropout(attended, 'hidden'))
  const inner = normalized(
    feedForward(normalized(hidden, beforeMlp, block), block),
    afterMlp,
    block,
  )
  return { query, key, value, hidden: add(hidden, dropout(inner, 'hidden')) }
}

function selfAttention(rows: Value, block: DecoderBlock): Attended & { readonly value: Value } {
  const { config, weights, linear } = block
  const project = (part: string) => linear(rows, weights.at(`self_attn.${part}_proj`))
  const normalHeads = (part: 'q' | 'k', heads: number) => {
    const apart = reshape(project(part), ['B*T', heads, config.headSize])
    const normal = normalized(apart, `self_attn.${part}_norm`, block)
    return reshape(normal, ['B*T', heads * config.headSize])
  }
  const value = project('v')
  const attended = block.attend(
    normalHeads('q', config.heads),
    normalHeads('k', config.groups),
    value,
  )
  return { ...attended, value }
}

/** W₃(activation(W₁x)·W₂x) (Shazeer 2020, "GLU variants improve transformer"). */
function feedForward(rows: Value, { config, weights, linear }: DecoderBlock): Value {
  const gate = activate(linear(rows, weights.at('mlp.gate_proj')), config.activation)
  const inner = multiply(gate, linear(rows, weights.at('mlp.up_proj')))
  return linear(inner, weights.at('mlp.down_proj'))
}

/** x as it is where there is no normalization of that name. */
function normalized(x: Value, name: string | undefined, norm: Normalizing): Value {
  if (name === undefined) return x
  const { config, weights, operators } = norm
  const weight = weights.value(`${name}.weight`)
  const scale = config.normScale === 'weight' ? weight : add(weight, 1)
  return rmsNorm(x, scale, { epsilon: config.normEpsilon, operators })
}
