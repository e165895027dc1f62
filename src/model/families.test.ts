import { describe, expect, test } from 'vitest'
import { familyOf, parseEncoderConfig } from './families.ts'

type Fields = Readonly<Record<string, unknown>>

const SIZES = {
  vocab_size: 100,
  hidden_size: 16,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  intermediate_size: 24,
  max_position_embeddings: 64,
}
const MODERN_BERT = { model_type: 'modernbert', ...SIZES }
const QWEN3 = { model_type: 'qwen3', ...SIZES, num_key_value_heads: 2, head_dim: 8 }
const GEMMA3 = {
  model_type: 'gemma3_text',
  ...SIZES,
  num_key_value_heads: 1,
  head_dim: 8,
  use_bidirectional_attention: true,
}

const parse = (content: Fields) => parseEncoderConfig(content, 'model/config.json')

const FULL = 'full_attention'
const SLIDING = 'sliding_attention'

describe('defaults are those of transformers', () => {
  test('ModernBERT', () => {
    expect(parse(MODERN_BERT)).toMatchObject({
      kinds: [FULL, SLIDING, SLIDING, FULL],
      distance: 64,
      theta: { [FULL]: 160_000, [SLIDING]: 10_000 },
      normEpsilon: 1e-5,
      activation: 'gelu',
      typeVocabularySize: 1,
    })
  })

  test('Qwen3', () => {
    expect(parse({ ...QWEN3, head_dim: undefined })).toMatchObject({
      kinds: [FULL, FULL, FULL, FULL],
      headSize: 128,
      patterns: { [FULL]: { causal: true } },
      normEpsilon: 1e-6,
      activation: 'silu',
    })
  })

  test('Gemma 3', () => {
    expect(parse({ ...GEMMA3, num_hidden_layers: 7, sliding_window: 512 })).toMatchObject({
      kinds: [SLIDING, SLIDING, SLIDING, SLIDING, SLIDING, FULL, SLIDING],
      patterns: { [FULL]: { causal: false }, [SLIDING]: { causal: false, distance: 256 } },
      theta: { [FULL]: 1_000_000, [SLIDING]: 10_000 },
      scale: 1 / 16,
      embeddingScale: 4,
      activation: 'gelu_tanh',
    })
  })
})

test.each<readonly [string, Fields, Fields]>([
  [
    'one for all layers',
    { ...QWEN3, rope_parameters: { rope_type: 'default', rope_theta: 5 } },
    { [FULL]: 5, [SLIDING]: 5 },
  ],
  ['of the older key', { ...QWEN3, rope_theta: 6, rope_scaling: null }, { [FULL]: 6 }],
  [
    'by the kind of layer',
    { ...GEMMA3, rope_parameters: { [FULL]: { rope_theta: 7 }, [SLIDING]: { rope_theta: 8 } } },
    { [FULL]: 7, [SLIDING]: 8 },
  ],
  [
    'of the older keys by kind',
    { ...MODERN_BERT, global_rope_theta: 9, local_rope_theta: 3 },
    { [FULL]: 9, [SLIDING]: 3 },
  ],
])('the base of the rotation, %s', (_, content, theta) => {
  expect(parse(content)).toMatchObject({ theta })
})

describe('what is refused, never guessed', () => {
  const yarn = { rope_type: 'yarn', factor: 4, rope_theta: 10_000 }

  test.each<readonly [Fields, readonly string[]]>([
    [{ model_type: 'deberta-v2' }, ['model_type deberta-v2', 'roberta', 'ModernBERT', 'Gemma 3']],
    [{ ...QWEN3, rope_scaling: { type: 'linear', factor: 8 } }, ['rope_scaling']],
    [{ ...QWEN3, rope_parameters: yarn }, ['rope_parameters is', 'yarn', 'rope_type default']],
    [{ ...GEMMA3, rope_parameters: { [FULL]: yarn } }, ['rope_parameters.full_attention is']],
    [{ ...QWEN3, rope_parameters: { rope_theta: 1, partial_rotary_factor: 0.5 } }, ['rope_param']],
    [{ ...QWEN3, layer_types: [FULL, FULL, 'linear_attention', FULL] }, ['layer_types[2]']],
    [{ ...QWEN3, layer_types: [FULL] }, ['layer_types has 1 entries', 'num_hidden_layers is 4']],
    [{ ...QWEN3, layer_types: [FULL, FULL, FULL, SLIDING] }, ['no sliding_window']],
    [{ ...QWEN3, num_key_value_heads: 3 }, ['not divisible by num_key_value_heads 3']],
    [{ ...QWEN3, hidden_act: 'relu2' }, ['hidden_act relu2 is not one of']],
    [{ ...QWEN3, head_dim: 7 }, ['heads have 7 components']],
    [{ ...GEMMA3, attn_logit_softcapping: 50 }, ['attn_logit_softcapping is 50']],
    [{ ...MODERN_BERT, hidden_activation: 'mish' }, ['hidden_activation mish is not one of']],
    [{ ...MODERN_BERT, num_attention_heads: 3 }, ['hidden_size 16 is not divisible']],
    [{ ...MODERN_BERT, local_attention: 0 }, ['local_attention']],
  ])('%j', (content, what) => {
    const found = (() => {
      try {
        return parse(content)
      } catch (error) {
        return error
      }
    })()
    expect(found).toMatchObject({ name: 'CheckpointError', code: 'checkpoint-config' })
    for (const part of what) expect((found as Error).message).toContain(part)
  })
})

describe('fewer layers', () => {
  const select = (content: Fields, kept: readonly number[]) => {
    const config = parse(content)
    return familyOf(config).selectLayers(config, kept)
  }

  test('keep their kinds of attention, on disk too', () => {
    const selected = select(MODERN_BERT, [0, 2, 3])
    const kinds = [FULL, SLIDING, FULL]
    expect(selected).toMatchObject({ layers: 3, kinds, raw: { layer_types: kinds } })
    expect(parse(selected.raw)).toMatchObject({ layers: 3, kinds })
  })

  test('of ModernBERT begin with the first, which is not like the others', () => {
    expect(() => select(MODERN_BERT, [1, 2])).toThrow('must begin with layer 0')
  })
})
