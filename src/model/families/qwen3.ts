import { z } from '../../schema/index.ts'
import {
  count,
  dropoutRate,
  epsilon,
  parseFields,
  refusedConfig,
  requireActivation,
  requireEvenHeads,
  requireGroups,
  sizesOf,
  sizesSchema,
  tokenId,
} from './config-schema.ts'
import { type DecoderConfig, decoderFamily } from './decoder.ts'
import { attentionKinds, ropeSchema, ropeThetas } from './rope-config.ts'

/**
 * Qwen3 (Yang et al. 2025; reference: Qwen3Model of Hugging Face transformers) as an encoder, as
 * Qwen3-Embedding is: each token sees itself and those before it, the last one stands for the text.
 */
export const QWEN3 = decoderFamily({
  name: 'Qwen3',
  classes: { qwen3: { model: 'Qwen3Model', tokenizer: 'Qwen2Tokenizer' } },
  parseConfig,
})

const configSchema = z.looseObject({
  ...sizesSchema,
  ...ropeSchema,
  num_key_value_heads: z.nullish(count),
  head_dim: z._default(count, 128),
  hidden_act: z._default(z.string(), 'silu'),
  rms_norm_eps: z._default(epsilon, 1e-6),
  attention_bias: z._default(z.boolean(), false),
  attention_dropout: z._default(dropoutRate, 0),
  use_sliding_window: z._default(z.boolean(), false),
  sliding_window: z.nullish(count),
  max_window_layers: z._default(z.int().check(z.nonnegative()), 28),
  pad_token_id: tokenId,
})

function parseConfig(content: unknown, path: string): DecoderConfig {
  const raw = parseFields(configSchema, content, path)
  const { num_attention_heads: heads, num_key_value_heads: groups, head_dim: headSize } = raw
  requireGroups(raw, path)
  requireEvenHeads(headSize, path)
  const theta = ropeThetas(raw, path).full_attention ?? raw.rope_theta ?? 10_000
  const window = raw.use_sliding_window ? (raw.sliding_window ?? undefined) : undefined
  const usual = (layer: number) =>
    window !== undefined && layer >= raw.max_window_layers ? 'sliding_attention' : 'full_attention'
  const kinds = attentionKinds(raw, usual, path)
  if (window === undefined && kinds.includes('sliding_attention')) {
    throw refusedConfig(path, 'layer_types has sliding_attention, but there is no sliding_window')
  }
  const distance = window === undefined ? undefined : window - 1
  return {
    ...sizesOf(raw, content),
    positionOffset: 0,
    typeVocabularySize: 1,
    activation: requireActivation('hidden_act', raw.hidden_act, path),
    padId: raw.pad_token_id ?? 0,
    hiddenDropout: 0,
    attentionDropout: raw.attention_dropout,
    groups: groups ?? heads,
    headSize,
    kinds,
    theta: { full_attention: theta, sliding_attention: theta },
    patterns: { full_attention: { causal: true }, sliding_attention: { causal: true, distance } },
    normEpsilon: raw.rms_norm_eps,
    attentionBias: raw.attention_bias,
    norms: { beforeAttention: 'input_layernorm', beforeMlp: 'post_attention_layernorm' },
    normScale: 'weight',
    embeddingScale: 1,
  }
}
