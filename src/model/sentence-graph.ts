import { Graph, type Value } from '../graph/index.ts'
import {
  cast,
  divide,
  layerNormalization,
  linear,
  maximum,
  reduceL2,
  reshape,
  subtract,
} from '../graph/operations.ts'
import { familyOf } from './families.ts'
import type { EncoderInputs, EncoderOptions, EncoderStates } from './family.ts'
import { activate, tokenRows } from './layers.ts'
import {
  type DensePart,
  type DenseSpec,
  denseWeightName,
  type LogitScoreSpec,
  type ModuleSpec,
} from './module-spec.ts'
import { pool } from './pooling.ts'
import { isStatic, type StoredModel, TABLE_NAME } from './stored-model.ts'
import type { Weight } from './weight.ts'
import { storedWeights, type WeightSource, Weights } from './weight-value.ts'

export interface SentenceGraphOptions extends EncoderOptions {
  /** What the graph calls what its modules lead to. Default: `sentence_embedding`. */
  readonly outputName?: string
  /** Whether the graph takes segment numbers; without them every token is in segment 0. */
  readonly segments: boolean
}

/** Names of the graph's inputs and outputs, as Hugging Face's tools call them. */
export const GRAPH_NAMES = {
  ids: 'input_ids',
  mask: 'attention_mask',
  typeIds: 'token_type_ids',
  /** [B,T] int64, only for models that leave the prompt out of the pooling. */
  poolingMask: 'pooling_mask',
  tokenVectors: 'last_hidden_state',
  sentenceVectors: 'sentence_embedding',
  /** Of an exported cross-encoder, in place of the sentence vectors. */
  logits: 'logits',
} as const

/** Whether a model leaves the tokens of a prompt out of its pooling. */
export function excludesPrompt({ modules }: Pick<StoredModel, 'modules'>): boolean {
  return modules.some((module) => module.kind === 'pooling' && !module.includePrompt)
}

/**
 * The whole model, from token ids [B,T] to token vectors [B,T,H] and sentence
 * vectors [B,D], with its weights.
 */
export function sentenceGraph(
  model: StoredModel,
  { outputName = GRAPH_NAMES.sentenceVectors, ...options }: SentenceGraphOptions,
): Graph {
  const graph = new Graph()
  const source = storedWeights(graph)
  const { tokenVectors, sentenceVectors } = sentenceModel(model, { ...options, graph, source })
  graph.output(GRAPH_NAMES.tokenVectors, tokenVectors)
  graph.output(outputName, sentenceVectors)
  return graph
}

export interface SentenceModelOptions extends SentenceGraphOptions {
  readonly graph: Graph
  readonly source: WeightSource
}

export interface SentenceModel extends EncoderStates {
  /** [B,T] int64 */
  readonly mask: Value
  /** [B,T,H] */
  readonly tokenVectors: Value
  /** [B,D] */
  readonly sentenceVectors: Value
}

/** Adds a model to a graph: its inputs, named as `GRAPH_NAMES` says, and its nodes. */
export function sentenceModel(
  stored: StoredModel,
  { graph, segments, source, ...options }: SentenceModelOptions,
): SentenceModel {
  const matrix = (name: string) => graph.input(name, 'int64', ['B', 'T'])
  const inputs = {
    ids: matrix(GRAPH_NAMES.ids),
    mask: matrix(GRAPH_NAMES.mask),
    typeIds: segments ? matrix(GRAPH_NAMES.typeIds) : undefined,
  }
  const poolingMask = excludesPrompt(stored) ? matrix(GRAPH_NAMES.poolingMask) : inputs.mask
  const { config, modules } = stored
  const states = encoderStates(stored, inputs, { source, ...options })
  const rows = states.hiddenStates.at(-1) ?? inputs.ids
  const tokenVectors = reshape(rows, ['B', 'T', config.hiddenSize])
  const sentenceVectors = applyModules(tokenVectors, poolingMask, { modules, source })
  return { ...states, mask: inputs.mask, tokenVectors, sentenceVectors }
}

/** Adds a model's encoder to the graph of its inputs; a pooling, or a head, goes on from its states. */
function encoderStates(
  stored: Omit<StoredModel, 'modules'>,
  inputs: EncoderInputs,
  { source, ...options }: EncoderOptions & { readonly source: WeightSource },
): EncoderStates {
  const { config } = stored
  const weights = new Weights(source, stored.weights)
  return isStatic(stored)
    ? staticStates(inputs.ids, weights, config.hiddenSize)
    : familyOf(config).encoder(inputs, { config, weights }, options)
}

/** The rows of a static model's table. */
function staticStates(ids: Value, weights: Weights, size: number): EncoderStates {
  const rows = tokenRows(weights, TABLE_NAME, ids)
  return { hiddenStates: [reshape(rows, ['B*T', size])], queries: [], keys: [], values: [] }
}

interface ModuleWeights {
  readonly modules: readonly ModuleSpec[]
  readonly source: WeightSource
}

function applyModules(tokens: Value, mask: Value, { modules, source }: ModuleWeights): Value {
  return modules.reduce((x, module, index) => {
    switch (module.kind) {
      case 'pooling':
        return pool(x, mask, module.modes)
      case 'dense':
        return denseLayer(x, module, { index, source })
      case 'normalize':
        return normalize(x)
      case 'logit_score':
        return logitScore(x, module, source)
      default:
        return module satisfies never
    }
  }, tokens)
}

/**
 * activation(x·Wᵀ + b): [B,I] to [B,O], normalized where the layer says so. Reference:
 * sentence-transformers' Dense, ModernBertPredictionHead of transformers.
 */
function denseLayer(
  x: Value,
  { weight, bias, activation, norm }: DenseSpec,
  { index, source }: { readonly index: number; readonly source: WeightSource },
): Value {
  const value = (part: DensePart, stored: Weight) =>
    cast(source(stored, denseWeightName(index, part)), 'float32')
  const offset = bias && value('bias', bias)
  const rows = activate(linear(x, value('weight', weight), offset), activation)
  if (!norm) return rows
  const normBias = norm.bias && value('normBias', norm.bias)
  return layerNormalization(rows, value('normWeight', norm.weight), normBias, norm.epsilon)
}

/** x·yes - x·no: [B,H] to [B,1]. Reference: LogitScore of sentence-transformers. */
function logitScore(x: Value, { yes, no }: LogitScoreSpec, source: WeightSource): Value {
  const logit = (weight: Weight) =>
    linear(x, cast(source(weight, weight.name), 'float32'), undefined)
  return subtract(logit(yes), logit(no))
}

/** x / max(‖x‖₂, 1e-12), row by row. Reference: torch.nn.functional.normalize. */
function normalize(x: Value): Value {
  return divide(x, maximum(reduceL2(x, 1, { keep: true }), 1e-12))
}
