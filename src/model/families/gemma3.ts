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
 * The text model of Gemma 3 (Gemma Team 2025; reference: Gemma3TextModel of Hugging Face transformers) as
 * an encoder, as EmbeddingGemma is: five layers of local attention to one of global attention, each
 * token seeing those on both sides.
 */
export const GEMMA3 = decoderFamily({
  name: 'Gemma 3',
  classes: { gemma3_text: { model: 'Gemma3TextModel', tokenizer: 'GemmaTokenizer' } },
  parseConfig,
})

const configSchema = z.looseObject({
  ...sizesSchema,
  ...ropeSchema,
  rope_local_base_freq: z.nullish(z.number().check(z.positive())),
  num_key_value_heads: z._default(count, 4),
  head_dim: z._default(count, 256),
  hidden_activation: z._default(z.string(), 'gelu_pytorch_tanh'),
  rms_norm_eps: z._default(epsilon, 1e-6),
  attention_bias: z._default(z.boolean(), false),
  attention_dropout: z._default(dropoutRate, 0),
  query_pre_attn_scalar: z._default(z.number().check(z.positive()), 256),
  sliding_window: z._default(count, 4096),
  sliding_window_pattern: z._default(count, 6),
  use_bidirectional_attention: z.nullish(z.boolean()),
  attn_logit_softcapping: z.nullish(z.number()),
  pad_token_id: tokenId,
})

function parseConfig(content: unknown, path: string): DecoderConfig {
  const raw = parseFields(configSchema, content, path)
  requireGroups(raw, path)
  requireEvenHeads(raw.head_dim, path)
  const cap = raw.attn_logit_softcapping ?? undefined
  if (cap !== undefined) {
    throw refusedConfig(path, `attn_logit_softcapping is ${cap}; no cap of scores is supported`)
  }
  const isGlobal = (layer: number) => (layer + 1) % raw.sliding_window_pattern === 0
  const usual = (layer: number) => (isGlobal(layer) ? 'full_attention' : 'sliding_attention')
  const causal = !raw.use_bidirectional_attention
  // The window counts the token itself, and both sides where both are seen.
  const distance = causal ? raw.sliding_window - 1 : Math.floor(raw.sliding_window / 2)
  return {
    ...sizesOf(raw, content),
    positionOffset: 0,
    typeVocabularySize: 1,
    activation: requireActivation('hidden_activation', raw.hidden_activation, path),
    padId: raw.pad_token_id ?? 0,
    hiddenDropout: 0,
    attentionDropout: raw.attention_dropout,
    groups: raw.num_key_value_heads,
    headSize: raw.head_dim,
    scale: raw.query_pre_attn_scalar ** -0.5,
    kinds: attentionKinds(raw, usual, path),
    theta: {
      full_attention: raw.rope_theta ?? 1_000_000,
      sliding_attention: raw.rope_local_base_freq ?? 10_000,
      ...ropeThetas(raw, path),
    },
    patterns: { full_attention: { causal }, sliding_attention: { causal, distance } },
    normEpsilon: raw.rms_norm_eps,
    attentionBias: raw.attention_bias,
    norms: {
      beforeAttention: 'input_layernorm',
      afterAttention: 'post_attention_layernorm',
      beforeMlp: 'pre_feedforward_layernorm',
      afterMlp: 'post_feedforward_layernorm',
    },
    normScale: 'one more',
    embeddingScale: Math.sqrt(raw.hidden_size),
  }
}
