import { describe, expect, test } from 'vitest'
import { TINY_CONFIG } from '../../../test/support/tiny-model.ts'
import { parseEncoderConfig } from '../families.ts'

function parse(changes: Readonly<Record<string, unknown>>) {
  return parseEncoderConfig({ ...TINY_CONFIG, ...changes }, 'model/config.json')
}

test('the fields, with the defaults of BERT', () => {
  expect(parse({})).toEqual({
    modelType: 'bert',
    vocabularySize: 6,
    hiddenSize: 4,
    layers: 1,
    heads: 2,
    intermediateSize: 8,
    maxPositions: 16,
    positionOffset: 0,
    typeVocabularySize: 2,
    layerNormEpsilon: 1e-12,
    activation: 'gelu',
    padId: 0,
    hiddenDropout: 0.1,
    attentionDropout: 0.1,
    raw: TINY_CONFIG,
  })
})

test('fields of no use are kept', () => {
  expect(parse({ use_cache: false, id2label: { 0: 'a' } }).raw).toMatchObject({
    use_cache: false,
    id2label: { 0: 'a' },
  })
})

test.each([
  ['bert', undefined, 0, 0],
  ['bert', 3, 0, 3],
  ['roberta', 1, 2, 1],
  ['roberta', undefined, 2, 1],
  ['xlm-roberta', null, 2, 1],
  ['camembert', 5, 6, 5],
])('%s with padding %s counts positions from %i', (model_type, pad_token_id, offset, padId) => {
  expect(parse({ model_type, pad_token_id })).toMatchObject({ positionOffset: offset, padId })
})

test.each([
  ['gelu', 'gelu'],
  ['gelu_python', 'gelu'],
  ['gelu_new', 'gelu_tanh'],
  ['gelu_fast', 'gelu_tanh'],
  ['gelu_pytorch_tanh', 'gelu_tanh'],
  ['relu', 'relu'],
  ['silu', 'silu'],
  ['swish', 'silu'],
  ['tanh', 'tanh'],
])('hidden_act %s is %s', (hidden_act, activation) => {
  expect(parse({ hidden_act }).activation).toBe(activation)
})

describe('what is refused, never guessed', () => {
  test.each<readonly [Readonly<Record<string, unknown>>, string]>([
    [{ model_type: 'gpt2' }, 'model_type gpt2 is not one of bert, roberta, xlm-roberta, camembert'],
    [{ model_type: 'constructor' }, 'model_type constructor is not one of'],
    [{ model_type: undefined }, 'model_type'],
    [{ hidden_act: 'mish' }, 'hidden_act mish is not one of gelu, gelu_python, gelu_new'],
    [{ hidden_act: 'toString' }, 'hidden_act toString is not one of'],
    [{ position_embedding_type: 'relative_key' }, 'position_embedding_type is relative_key'],
    [{ is_decoder: true }, 'is_decoder is true'],
    [{ num_attention_heads: 3 }, 'hidden_size 4 is not divisible by num_attention_heads 3'],
    [{ model_type: 'roberta', pad_token_id: 15 }, '16 leaves no position after 16'],
    [{ vocab_size: undefined }, 'vocab_size'],
    [{ hidden_size: 0 }, 'hidden_size'],
    [{ num_hidden_layers: -1 }, 'num_hidden_layers'],
    [{ intermediate_size: 1.5 }, 'intermediate_size'],
    [{ max_position_embeddings: '16' }, 'max_position_embeddings'],
    [{ layer_norm_eps: 0 }, 'layer_norm_eps'],
    [{ hidden_dropout_prob: 1 }, 'hidden_dropout_prob'],
    [{ pad_token_id: -1 }, 'pad_token_id'],
  ])('%j', (changes, what) => {
    expect(() => parse(changes)).toThrow(
      expect.objectContaining({
        name: 'CheckpointError',
        code: 'checkpoint-config',
        message: expect.stringContaining(what),
        facts: { path: 'model/config.json' },
      }),
    )
  })

  test.each([null, [], 'bert', 3])('%j is no configuration', (content) => {
    expect(() => parseEncoderConfig(content, 'model/config.json')).toThrow(
      'model/config.json cannot be used',
    )
  })

  test.each(['absolute', null, undefined])('position_embedding_type %s is fine', (type) => {
    expect(parse({ position_embedding_type: type, is_decoder: null }).positionOffset).toBe(0)
  })
})
