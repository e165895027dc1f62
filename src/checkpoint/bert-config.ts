import { CheckpointError } from '../errors/index.ts'
import { z } from '../schema/index.ts'
import type { Activation } from './module-spec.ts'

/** The shape of a BERT encoder, read from `config.json`. */
export interface BertConfig {
  readonly vocabularySize: number
  readonly hiddenSize: number
  readonly layers: number
  readonly heads: number
  readonly intermediateSize: number
  /** Rows of the position table. */
  readonly maxPositions: number
  /** The row of the first token: 0 for BERT, one after the padding's number for RoBERTa's family. */
  readonly positionOffset: number
  readonly typeVocabularySize: number
  readonly layerNormEpsilon: number
  readonly activation: Activation
  readonly padId: number
  readonly hiddenDropout: number
  readonly attentionDropout: number
  /** `config.json` as it was read. */
  readonly raw: Readonly<Record<string, unknown>>
}

interface Architecture {
  readonly positions: 'from zero' | 'after padding'
  /** Where `config.json` names none. */
  readonly padId: number
}
const AFTER_PADDING: Architecture = { positions: 'after padding', padId: 1 }

/** Architectures that are BERT's encoder. */
const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map([
  ['bert', { positions: 'from zero', padId: 0 }],
  ['roberta', AFTER_PADDING],
  ['xlm-roberta', AFTER_PADDING],
  ['camembert', AFTER_PADDING],
])

/** Names of `hidden_act` whose formulas are exactly one of ours. */
const ACTIVATIONS_BY_NAME: ReadonlyMap<string, Activation> = new Map([
  ['gelu', 'gelu'],
  ['gelu_python', 'gelu'],
  ['gelu_new', 'gelu_tanh'],
  ['gelu_fast', 'gelu_tanh'],
  ['gelu_pytorch_tanh', 'gelu_tanh'],
  ['relu', 'relu'],
  ['tanh', 'tanh'],
])

/** Ten times as many as the deepest encoders have. */
const MOST_LAYERS = 256

const count = z.int().check(z.positive())
const dropout = z.number().check(z.gte(0), z.lt(1))
const configSchema = z.looseObject({
  model_type: z.string(),
  vocab_size: count,
  hidden_size: count,
  num_hidden_layers: count.check(z.lte(MOST_LAYERS)),
  num_attention_heads: count,
  intermediate_size: count,
  max_position_embeddings: count,
  type_vocab_size: count,
  layer_norm_eps: z._default(z.number().check(z.positive(), z.lte(1)), 1e-12),
  hidden_act: z._default(z.string(), 'gelu'),
  pad_token_id: z.nullish(z.int().check(z.nonnegative())),
  hidden_dropout_prob: z._default(dropout, 0.1),
  attention_probs_dropout_prob: z._default(dropout, 0.1),
  position_embedding_type: z.nullish(z.string()),
  is_decoder: z.nullish(z.boolean()),
})
type RawConfig = z.infer<typeof configSchema>

/** @throws CheckpointError for a configuration that yuju's encoder does not compute exactly. */
export function parseBertConfig(content: unknown, path: string): BertConfig {
  const parsed = configSchema.safeParse(content)
  if (!parsed.success) throw refused(path, z.prettifyError(parsed.error))
  const raw = parsed.data
  const { positions, padId: usualPadId } = requireArchitecture(raw, path)
  const padId = raw.pad_token_id ?? usualPadId
  const positionOffset = positions === 'after padding' ? padId + 1 : 0
  requireSizes(raw, positionOffset, path)
  return {
    vocabularySize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    layers: raw.num_hidden_layers,
    heads: raw.num_attention_heads,
    intermediateSize: raw.intermediate_size,
    maxPositions: raw.max_position_embeddings,
    positionOffset,
    typeVocabularySize: raw.type_vocab_size,
    layerNormEpsilon: raw.layer_norm_eps,
    activation: requireActivation(raw, path),
    padId,
    hiddenDropout: raw.hidden_dropout_prob,
    attentionDropout: raw.attention_probs_dropout_prob,
    raw: content as Readonly<Record<string, unknown>>,
  }
}

function requireArchitecture(raw: RawConfig, path: string): Architecture {
  const architecture = ARCHITECTURES.get(raw.model_type)
  if (!architecture) {
    const known = [...ARCHITECTURES.keys()].join(', ')
    throw refused(path, `model_type ${raw.model_type} is not one of ${known}`)
  }
  const positions = raw.position_embedding_type ?? 'absolute'
  if (positions !== 'absolute') {
    throw refused(path, `position_embedding_type is ${positions}; only absolute is supported`)
  }
  if (raw.is_decoder) throw refused(path, 'is_decoder is true; only encoders are supported')
  return architecture
}

function requireActivation({ hidden_act: name }: RawConfig, path: string): Activation {
  const activation = ACTIVATIONS_BY_NAME.get(name)
  if (activation) return activation
  throw refused(
    path,
    `hidden_act ${name} is not one of ${[...ACTIVATIONS_BY_NAME.keys()].join(', ')}`,
  )
}

function requireSizes(raw: RawConfig, positionOffset: number, path: string): void {
  const { hidden_size: size, num_attention_heads: heads, max_position_embeddings: rows } = raw
  if (size % heads !== 0) {
    throw refused(path, `hidden_size ${size} is not divisible by num_attention_heads ${heads}`)
  }
  if (rows <= positionOffset) {
    throw refused(
      path,
      `max_position_embeddings ${rows} leaves no position after ${positionOffset}`,
    )
  }
}

function refused(path: string, what: string): CheckpointError {
  return new CheckpointError('checkpoint-config', `${path} cannot be used: ${what}`, {
    facts: { path },
  })
}
